"""The server as its administrator meets it: over its own Unix socket, with `parley admin`."""

import http.client
import json
import os
import socket
import stat
import subprocess

import pytest

from e2e_server import BIN, DEADLINE, Server, module_server, wait_until  # noqa: F401


class Admin:
    """`parley admin` for one server."""

    def __init__(self, server):
        self.server = server

    def run(self, *arguments, text=None):
        command = [str(BIN / "parley"), "admin", "--data", str(self.server.data), *map(str, arguments)]
        return subprocess.run(command, input=text, capture_output=True, text=True, timeout=DEADLINE * 3,
                              env={"PATH": "/usr/bin:/bin"})

    def __call__(self, *arguments, text=None):
        done = self.run(*arguments, text=text)
        assert done.returncode == 0, f"{arguments}: {done.returncode} {done.stderr}"
        return done.stdout

    def json(self, *arguments, text=None):
        return json.loads(self(*arguments, "--json", text=text))

    def refused(self, name, *arguments, text=None):
        done = self.run(*arguments, text=text)
        assert (done.returncode, done.stderr.startswith(f"parley: {name}: ")) == (1, True), done.stderr

    def raw(self, method, path, body=None):
        """(status, JSON) of a request without the client."""
        connection = http.client.HTTPConnection("admin")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(DEADLINE)
        connection.sock.connect(str(self.server.data / "admin.sock"))
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()


@pytest.fixture(name="admin")
def admin_of_module_server(server):
    return Admin(server)


def test_only_the_servers_own_user_may_open_the_socket(server):
    mode = os.stat(server.data / "admin.sock").st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="another user is needed")
def test_another_user_is_refused_even_where_the_socket_lets_him_in(tmp_path):
    with Server(tmp_path / "data", "--admin-socket", str(tmp_path / "open.sock")) as server:
        del server
        os.chmod(tmp_path / "open.sock", 0o666)
        for folder in (tmp_path, *tmp_path.parents):
            os.chmod(folder, stat.S_IMODE(os.stat(folder).st_mode) | 0o011)
        asked = subprocess.run(["curl", "-s", "--unix-socket", tmp_path / "open.sock", "http://admin/status"],
                               capture_output=True, text=True, timeout=DEADLINE, user=65534, group=65534, extra_groups=[])
        assert json.loads(asked.stdout)["error"]["name"] == "not_allowed", asked


def test_the_routes_of_the_socket_are_not_on_the_network(server, admin):
    assert admin.raw("GET", "/status")[0] == 200
    for path in ("/status", "/audit", "/admin/status", "/v1/status"):
        assert server.request("GET", path)[0] == 404
    assert admin.raw("GET", "/healthz")[1]["error"]["name"] == "not_found"


def test_status_tells_what_runs_where(server, admin):
    said = admin.json("status")
    assert said["pid"] == server.process.pid and said["store"] == "ready" and not said["draining"]
    assert said["listening"] == [server.url] and said["data"] == str(server.data)
    shown = admin("status")
    assert server.url in shown and said["version"] in shown


def test_nonsense_is_answered_by_the_table_of_errors(admin):
    assert admin.raw("PUT", "/log-level", b"nonsense")[1]["error"]["name"] == "malformed"
    assert admin.raw("PUT", "/log-level", b"[]")[1]["error"]["name"] == "malformed"
    assert admin.raw("PUT", "/log-level", b"{}")[1]["error"]["name"] == "invalid_argument"
    assert admin.raw("DELETE", "/status")[1]["error"]["name"] == "method_not_allowed"
    assert admin.raw("GET", "/audit?count=0")[1]["error"]["name"] == "invalid_argument"
    assert admin.raw("PUT", "/log-level", b" " * 70_000)[1]["error"]["name"] == "too_large"


def test_the_log_level_is_changed_while_it_runs(server, admin):
    assert admin.json("log-level", "error")["before"] == "info"
    assert admin.json("status")["log_level"] == "error"
    admin.refused("invalid_argument", "log-level", "loud")
    admin("log-level", "info")


def test_every_change_is_in_the_audit_log_with_its_result(server, admin):
    admin("log-level", "warning")
    admin.refused("invalid_argument", "log-level", "loud")
    admin("log-level", "info")
    admin("status")
    newest = admin.json("audit", "--count", "3")
    assert [(entry["action"], entry["result"]) for entry in newest] == [
        ("set_log_level", "done"), ("set_log_level", "invalid_argument"), ("set_log_level", "done")]
    assert newest[0]["uid"] == os.geteuid() and newest[0]["request"] == "PUT /log-level"
    assert newest[0]["details"] == {"before": "info", "level": "warning"} and newest[0]["at"] <= newest[0]["ended"]
    assert [entry["entry"] for entry in newest] == list(range(newest[0]["entry"], newest[0]["entry"] + 3))
    assert stat.S_IMODE(os.stat(server.data / "audit.jsonl").st_mode) == 0o600
    assert "set_log_level" in admin("audit")


def test_the_audit_log_goes_on_after_a_crash_and_says_what_was_under_way(tmp_path):
    server = Server(tmp_path / "data")
    admin = Admin(server)
    with server:
        admin("log-level", "debug")
        server.kill()
    log = server.data / "audit.jsonl"
    lines = log.read_text().splitlines(keepends=True)
    log.write_text(lines[0] + lines[1][:20])  # torn amid the second line
    with server:
        assert (server.data / "admin.sock").is_socket()  # the one that was left over is replaced
        admin("log-level", "info")
        first, second = admin.json("audit")
        assert "result" not in first and (first["entry"], second["entry"], second["result"]) == (1, 2, "done")
        assert "unknown" in admin("audit").splitlines()[1]


def test_the_socket_goes_with_the_server_and_draining_ends_it(tmp_path):
    with Server(tmp_path / "data") as server:
        admin = Admin(server)
        assert admin.json("drain") == {"draining": True}
        assert server.process.wait(DEADLINE) == 0
        assert not (server.data / "admin.sock").exists()
        done = admin.run("status")
        assert done.returncode == 3 and "Is the server running?" in done.stderr


def test_a_socket_that_another_server_uses_and_a_file_are_left_alone(tmp_path):
    place = tmp_path / "shared.sock"
    with Server(tmp_path / "one", "--admin-socket", str(place)):
        second = Server(tmp_path / "two", "--admin-socket", str(place))
        with pytest.raises(AssertionError, match="another server answers there"):
            second.start()
        assert place.is_socket()
    (tmp_path / "file").write_text("mine")
    with pytest.raises(AssertionError, match="is no socket"):
        Server(tmp_path / "three", "--admin-socket", str(tmp_path / "file")).start()
    assert (tmp_path / "file").read_text() == "mine"


def test_a_long_path_is_no_hindrance_and_off_means_none(tmp_path):
    deep = tmp_path / ("d" * 90) / ("e" * 90)
    deep.mkdir(parents=True)
    with Server(deep / "data") as server:
        assert Admin(server).json("status")["store"] == "ready"
    with Server(tmp_path / "data", "--admin-socket", "off") as server:
        assert not (server.data / "admin.sock").exists()


def test_visitors_who_say_nothing_do_not_keep_the_server_from_ending(tmp_path):
    with Server(tmp_path / "data") as server:
        silent = []
        for _ in range(20):
            visitor = socket.socket(socket.AF_UNIX)
            visitor.connect(str(server.data / "admin.sock"))
            silent.append(visitor)
        wait_until(lambda: b"overloaded" in silent[-1].recv(4096), "the one too many is told")
        assert server.stop(deadline=12) == 0
