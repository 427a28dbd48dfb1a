"""parleyd as a service of systemd: sockets that are handed over, and what the service tells of itself."""

import fcntl
import os
import re
import signal
import socket
import subprocess
import threading

import pytest

from e2e_server import BIN, DEADLINE, ROOT, SANITIZED, Server, wait_until


class Service(Server):
    """Started with listening sockets at descriptor 3 and on, and with a socket to tell news to."""

    def __init__(self, data, *sockets, notify=None, **environment):
        super().__init__(data)
        self.environment = {"LISTEN_FDS": str(len(sockets)), **environment}
        if notify:
            self.environment["NOTIFY_SOCKET"] = notify
        if sockets:
            self.port = sockets[0].getsockname()[1]
        descriptors = [one.fileno() for one in sockets]

        def hand_over():  # in the child: LISTEN_PID is not known before
            for place, descriptor in enumerate(descriptors, 3):
                os.dup2(descriptor, place) if descriptor != place else os.set_inheritable(place, True)

        self.process_options = {"preexec_fn": hand_over, "close_fds": False}

    def command(self):
        return ["/bin/sh", "-c", 'export LISTEN_PID=$$; exec "$@"', "sh", *super().command()]


@pytest.fixture(name="listening")
def listening_socket():
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        # Out of the way of the places where sockets are handed over.
        with socket.socket(fileno=fcntl.fcntl(listening.fileno(), fcntl.F_DUPFD_CLOEXEC, 100)) as high:
            yield high


def test_a_restart_refuses_no_connection(tmp_path, listening):
    answers, stop = [], threading.Event()
    with Service(tmp_path / "data", listening) as server:

        def keep_asking():
            while not stop.is_set():
                try:
                    answers.append(server.request("GET", "/healthz")[0])
                except (ConnectionResetError, BrokenPipeError, OSError) as error:
                    answers.append(error)

        asking = [threading.Thread(target=keep_asking) for _ in range(2)]
        for thread in asking:
            thread.start()
        for _ in range(2):
            before = len(answers)
            wait_until(lambda: len(answers) > before + 10, "answers")
            assert server.stop() == 0
            server.start()
        before = len(answers)
        wait_until(lambda: len(answers) > before + 10, "answers after the restart")
        stop.set()
        for thread in asking:
            thread.join(DEADLINE)
    assert not [answer for answer in answers if isinstance(answer, ConnectionRefusedError)]
    assert answers.count(200) > 30


def test_a_socket_that_no_setting_names_stops_the_start(tmp_path, listening):
    server = Service(tmp_path / "data", listening)
    server.port = 0
    with pytest.raises(AssertionError, match=f"`listen` does not name: 127.0.0.1:{listening.getsockname()[1]}"):
        server.start()


def test_the_service_tells_how_it_is_doing(tmp_path):
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        manager.settimeout(DEADLINE)
        with Service(tmp_path / "data", notify=path, WATCHDOG_USEC="2000000" if SANITIZED else "200000") as server:

            def heard(what):
                while True:
                    news = manager.recv(4096).decode()
                    if what in news:
                        return news

            assert f"STATUS=Listening on {server.url}" in heard("READY=1")
            heard("WATCHDOG=1")
            server.process.send_signal(signal.SIGHUP)
            heard("RELOADING=1")
            heard("READY=1")
            heard("WATCHDOG=1")
            server.terminate()
            heard("STOPPING=1")
            assert server.process.wait(DEADLINE) == 0


def printed_config(path):
    return subprocess.run([BIN / "parleyd", "--config", path, "--print-config"], capture_output=True, text=True, check=True).stdout


def test_the_configuration_that_is_shipped_is_right_and_so_are_its_examples(tmp_path):
    shipped = (ROOT / "deploy/parley.toml").read_text()
    assert 'data = "/var/lib/parley"' in printed_config(ROOT / "deploy/parley.toml")
    examples = tmp_path / "examples.toml"
    examples.write_text(re.sub(r"^# ((?:\w+ = |\[).*)$", r"\1", shipped, flags=re.M))
    assert 'trusted_proxies = ["127.0.0.1", "::1"]' in printed_config(examples)
    assert 'certificate = "/etc/parley/fullchain.pem"' in printed_config(examples)


def test_socket_and_configuration_that_are_shipped_name_the_same_addresses():
    unit = (ROOT / "deploy/systemd/parleyd.socket").read_text()
    listens = re.search(r"^listen = \[(.*)\]", (ROOT / "deploy/parley.toml").read_text(), re.M)[1]
    assert re.findall(r"^ListenStream=(.*)$", unit, re.M) == re.findall(r'"([^"]*)"', listens)


@pytest.mark.parametrize("file", ["nginx/parley.conf", "haproxy/haproxy.cfg"])
def test_settings_that_the_proxies_ask_for_are_right(tmp_path, file):
    asked = re.findall(r"^#   ((?:listen|trusted_proxies) = .*)$", (ROOT / "deploy" / file).read_text(), re.M)
    assert len(asked) == 2
    (tmp_path / "parley.toml").write_text("\n".join(asked))
    assert 'trusted_proxies = ["127.0.0.1"]' in printed_config(tmp_path / "parley.toml")
