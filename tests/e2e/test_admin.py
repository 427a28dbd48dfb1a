"""The server as its administrator meets it: over its own Unix socket, with `parley admin`."""

import asyncio
import http.client
import json
import os
import socket
import stat
import subprocess
import threading

import pytest

from e2e_client import GROUP, Live, live_test
from e2e_server import BIN, DEADLINE, Refused, Server, limits, module_server, new_id, uuid_text, wait_until  # noqa: F401


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


# ---- people ------------------------------------------------------------------------------------------------------------


def test_the_first_account_is_made_where_nobody_may_sign_up(tmp_path):
    with Server(tmp_path / "data", "--sign-up", "closed") as server:
        admin = Admin(server)
        made = admin.json("people", "create", "alice", "--name", "Alice A")
        signed_in = server.call("POST", "/v1/auth/sign-in", {"handle": "alice", "password": made["password"]})
        assert signed_in["account"]
        shown = admin.json("people", "show", "@alice")
        assert (shown["display_name"], len(shown["devices"])) == ("Alice A", 1)  # the one that signed in, and no other
        admin("people", "create", "bob", "--password-stdin", text="a good password\n")
        server.call("POST", "/v1/auth/sign-in", {"handle": "bob", "password": "a good password"})
        admin.refused("handle_taken", "people", "create", "bob")
        admin.refused("invalid_handle", "people", "create", "No Good")
        admin.refused("weak_password", "people", "create", "carol", "--password-stdin", text="short\n")
        assert [person["handle"] for person in admin.json("people", "list")["people"]] == ["alice", "bob"]
        log = (server.data / "audit.jsonl").read_text()
        assert made["password"] not in log + server.log() and "a good password" not in log + server.log()


def test_an_invitation_of_an_administrator_lets_in_until_it_is_revoked(tmp_path):
    with Server(tmp_path / "data", "--sign-up", "invitation") as server:
        admin = Admin(server)
        admin("people", "create", "alice")
        text = admin.json("invitations", "create", "--by", "alice", "--uses", "2")["invitation"]
        server.sign_up("bob", invitation=text)
        (live,) = admin.json("invitations", "list")["invitations"]
        assert (live["by_handle"], live["uses_left"]) == ("alice", 1)
        admin("invitations", "revoke", live["id"])
        with pytest.raises(Refused, match="invitation_needed"):
            server.sign_up("carol", invitation=text)
        assert admin.json("invitations", "list")["invitations"] == []
        admin.refused("invitation_invalid", "invitations", "revoke", live["id"])
        admin.refused("account_unknown", "invitations", "create", "--by", "nobody")
        assert text not in (server.data / "audit.jsonl").read_text()


@live_test()
async def test_who_is_disabled_is_out_at_once_and_comes_back_when_enabled(server, admin):
    person = server.sign_up()
    async with await Live.open(person) as live:
        assert admin.json("sessions", "list", person.handle)["total"] == 1
        admin("people", "disable", person.handle)
        assert (await live.closed())[0] == 4013, "account_disabled"
    for answer in (lambda: person.call("GET", "/v1/account"),
                   lambda: server.call("POST", "/v1/auth/refresh", {"refreshToken": person.refresh_token})):
        with pytest.raises(Refused, match="device_revoked"):
            answer()
    with pytest.raises(Refused, match="account_disabled"):
        person.another_device()
    assert [one["handle"] for one in admin.json("people", "list", "--disabled")["people"]] == [person.handle]
    admin("people", "enable", person.handle)
    assert person.another_device().account == person.account


def test_a_new_password_signs_out_and_the_old_one_is_of_no_use(server, admin):
    person = server.sign_up()
    new = admin.json("people", "reset-password", person.handle)["password"]
    with pytest.raises(Refused, match="wrong_credentials"):
        person.another_device()
    with pytest.raises(Refused, match="device_revoked"):
        person.call("GET", "/v1/account")
    server.call("POST", "/v1/auth/sign-in", {"handle": person.handle, "password": new})
    admin.refused("account_unknown", "people", "reset-password", "nobody_here")


def test_a_deleted_account_is_gone_and_its_handle_stays_taken(server, admin):
    person = server.sign_up()
    assert admin.run("people", "delete", person.handle).returncode == 2  # not without --yes
    admin("people", "delete", person.handle, "--yes", "--erase")
    admin.refused("account_unknown", "people", "show", person.handle)
    admin.refused("handle_taken", "people", "create", person.handle)
    wait_until(lambda: [job.get("settling") for job in admin.json("jobs", "list")["jobs"]] == [True],
               "the job that leaves the channels")
    admin.refused("not_found", "jobs", "retry", "1")


# ---- live --------------------------------------------------------------------------------------------------------------


@live_test()
async def test_a_session_is_listed_and_ended(server, admin):
    person = server.sign_up()
    async with await Live.open(person) as live:
        (one,) = admin.json("sessions", "list", person.handle)["sessions"]
        assert one["address"] == "127.0.0.1" and one["mode"] == "everything" and one["encoding"] == "json"
        assert 0 <= one["age_ms"] < 60_000
        # What comes when the account's own channels are made may be on its way.
        wait_until(lambda: admin.json("sessions", "list", person.handle)["sessions"][0]["outbox_bytes"] == 0,
                   "an outbox that is empty")
        admin("sessions", "end", one["session"])
        await live.closed()
    admin.refused("not_found", "sessions", "end", one["session"])
    async with await Live.open(person) as live:
        assert admin.json("sessions", "end-device", one["device"]) == {"ended": 1}
        await live.closed()


def test_a_channel_is_shown_and_handed_over_and_a_member_leaves(server, admin):
    alice, bob = server.sign_up(), server.sign_up()
    group = new_id()
    alice.command(group, createChannel={"kind": GROUP, "title": "Ours", "members": [bob.account]})
    channel = uuid_text(group)
    shown = admin.json("channels", "show", channel)
    assert (shown["title"], shown["members"], shown["head"]) == ("Ours", 2, 1)
    roles = {one["handle"]: one["role"] for one in shown["member_list"]}
    assert roles == {alice.handle: "owner", bob.handle: "member"}
    admin.refused("channel_unknown", "channels", "hand-over", uuid_text(new_id()), bob.handle)
    stranger = server.sign_up()
    for command in ("hand-over", "remove-member"):
        admin.refused("not_a_member", "channels", command, channel, stranger.handle)
    for arguments in (("people", "show", "nobody"), ("channels", "show", "123"), ("people", "create", bob.handle)):
        said = admin.run(*arguments).stderr
        assert "parley" not in said.removeprefix("parley: ") and " you " not in said, "advice for people: " + said
    admin("channels", "hand-over", channel, bob.handle)
    roles = {one["handle"]: one["role"] for one in admin.json("channels", "show", channel)["member_list"]}
    assert roles == {alice.handle: "admin", bob.handle: "owner"}
    admin("channels", "remove-member", channel, alice.handle)
    assert [one["handle"] for one in admin.json("channels", "show", channel)["member_list"]] == [bob.handle]
    assert channel in [one["channel"] for one in admin.json("channels", "list", bob.handle)["channels"]]
    assert channel not in [one["channel"] for one in admin.json("channels", "list", alice.handle)["channels"]]
    admin.refused("channel_unknown", "channels", "show", uuid_text(new_id()))
    newest = admin.json("audit", "--count", "1")[0]
    assert newest["action"] == "remove_member" and newest["details"]["handle"] == alice.handle


def test_limits_in_force_are_shown(tmp_path):
    with Server(tmp_path / "data", *limits(group_members=7)) as server:
        values = {one["name"]: one for one in Admin(server).json("limits")["limits"]}
        assert (values["group_members"]["value"], values["group_members"]["default"]) == (7, 100)
        assert "group_members" in Admin(server)("limits")


# ---- one message, all stages -------------------------------------------------------------------------------------------


class Trace:
    """`parley admin trace --json` at work; `lines` grow as the steps happen."""

    def __init__(self, admin, *arguments):
        command = [str(BIN / "parley"), "admin", "--data", str(admin.server.data), "trace", "--json", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={"PATH": "/usr/bin:/bin"})
        self.lines = []
        threading.Thread(target=lambda: self.lines.extend(map(json.loads, self.process.stdout)), daemon=True).start()

    def stages(self):
        return [line["stage"] for line in list(self.lines) if "stage" in line]

    def wait_for(self, stage):
        wait_until(lambda: stage in self.stages(), stage)

    def stop(self):
        self.process.kill()
        self.process.wait()


@live_test()
async def test_a_message_is_followed_through_all_stages(server, admin):
    anna, bert = server.sign_up(), server.sign_up()
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        group = await a.group(bert)
        await b.event(group)
        send_id = new_id()
        trace = Trace(admin, uuid_text(send_id))
        try:
            await asyncio.to_thread(wait_until, lambda: trace.lines, "it is followed")
            posted = await a.command(group, send_id=send_id, post={"content": {"text": "the words of a message"}})
            await b.ask(moveCursor={"channelId": group, "delivered": posted["seq"], "read": posted["seq"]})
            await asyncio.to_thread(trace.wait_for, "read")
            stages = trace.stages()
            assert stages[:5] == ["received", "queued", "turn_begun", "decided", "committed"]
            assert sorted(set(stages[5:])) == ["answered", "delivered", "flushed", "pushed", "read"]
            steps = [line for line in trace.lines if "stage" in line]
            assert [step["at_us"] for step in steps] == sorted(step["at_us"] for step in steps)
            pushed = {step["account"] for step in steps if step["stage"] == "pushed"}
            assert pushed == {uuid_text(anna.account), uuid_text(bert.account)}
        finally:
            trace.stop()
    assert "send_id=" + uuid_text(send_id) in server.log() and "the words of a message" not in server.log()


def test_the_next_send_of_a_person_is_followed_and_then_forgotten(server, admin):
    person = server.sign_up()
    trace = Trace(admin, "--next", person.handle, "--seconds", "1")
    wait_until(lambda: trace.lines, "it is followed")
    person.command(new_id(), createChannel={"kind": GROUP, "title": "Ours", "members": []})
    assert trace.process.wait(DEADLINE) == 0
    wait_until(lambda: "send_id" in trace.lines[-1], "the last line")
    assert trace.lines[-1]["seq"] == 1 and trace.lines[-1]["steps"] == len(trace.stages()) >= 6
    admin.refused("invalid_argument", "trace", "nonsense")


def test_a_trace_ends_when_its_client_goes_away(server, admin):
    for _ in range(20):  # more than may be followed at once
        trace = Trace(admin, uuid_text(new_id()))
        wait_until(lambda: trace.lines, "it is followed")  # noqa: B023
        trace.stop()
        entry = admin.json("audit", "--count", "1")[0]["entry"]
        wait_until(lambda: "result" in admin.json("audit", "--count", "1")[0], f"entry {entry} is over")
