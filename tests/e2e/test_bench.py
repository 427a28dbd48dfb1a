"""The load generator: every scenario runs against the real server, and a server that loses, repeats or changes messages
is found out. Nothing here looks at how fast anything is."""

import json
import pathlib
import signal
import socket
import subprocess
import threading
import time

import pytest

from e2e_proto import frames_pb2
from e2e_server import BIN, Server, limits, module_server, wait_until  # noqa: F401

FIELDS = ["messages_per_s", "deliveries_per_s", "sessions_per_s", "p50_ms", "p99_ms", "p999_ms", "lost", "duplicated",
          "reordered", "errors", "server_rss_bytes", "bytes_per_session", "cold_p50_ms", "cold_p99_ms", "hints_per_s",
          "server_cpu_us_per_message", "distribution"]
GOOD, CHECKS_FAILED, USAGE, NOT_RUN = 0, 1, 2, 3
DIRECT = ["direct", "--sessions", "6", "--seconds", "0.3", "--warm-up", "0.1"]


def bench(url, *arguments):
    """(exit code, the object of --json or None, stderr)"""
    done = subprocess.run([BIN / "parley-bench", *arguments, "--server", url, "--json"], capture_output=True, text=True,
                          timeout=120, check=False)  # fmt: skip
    return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr


@pytest.mark.parametrize("arguments, numbers, nulls", [
    (DIRECT, ["messages_per_s", "deliveries_per_s", "p50_ms", "p99_ms", "p999_ms"], ["sessions_per_s", "bytes_per_session"]),
    ([*DIRECT, "--rate", "100"], ["messages_per_s", "deliveries_per_s", "p50_ms"], ["sessions_per_s"]),
    (["group", "--sessions", "12", "--members", "6", "--seconds", "0.3", "--warm-up", "0.1"],
     ["messages_per_s", "deliveries_per_s", "p50_ms", "p99_ms"], ["sessions_per_s", "bytes_per_session"]),
    (["idle", "--sessions", "20", "--seconds", "0"], ["sessions_per_s", "bytes_per_session"], ["messages_per_s", "p50_ms"]),
    (["storm", "--sessions", "12", "--members", "4", "--channels", "3", "--missed", "2"], ["sessions_per_s", "p50_ms"],
     ["messages_per_s", "bytes_per_session"]),
    (["storm", "--sessions", "12", "--members", "4", "--channels", "3", "--fresh-tokens"], ["sessions_per_s", "p99_ms"],
     ["deliveries_per_s"]),
    (["sync", "--sessions", "12", "--members", "4", "--channels", "3", "--missed", "2"], ["sessions_per_s", "p50_ms"],
     ["messages_per_s", "bytes_per_session"]),
    (["mixed", "--sessions", "12", "--members", "6", "--rate", "200", "--seconds", "0.5", "--warm-up", "0.1"],
     ["messages_per_s", "deliveries_per_s", "p50_ms", "hints_per_s", "server_cpu_us_per_message"], ["sessions_per_s"]),
    (["history", "--sessions", "4", "--messages", "2000", "--per-channel", "200", "--reads", "20"],
     ["messages_per_s", "p50_ms", "p99_ms"], ["deliveries_per_s", "cold_p99_ms"]),
])  # fmt: skip
def test_every_scenario_runs_and_finds_nothing_wrong(server, arguments, numbers, nulls):
    code, result, errors = bench(server.url, *arguments)
    assert code == GOOD, errors
    assert list(result) == FIELDS
    assert [result[name] for name in ("lost", "duplicated", "reordered", "errors")] == [0, 0, 0, 0]
    assert all(isinstance(result[name], (int, float)) for name in numbers), result
    assert all(result[name] is None for name in nulls), result
    assert result["server_rss_bytes"] > 1_000_000


def test_at_a_fixed_rate_a_server_that_stands_still_is_seen_in_the_latency(tmp_path):
    """Messages that fall due while it stands still count from when they were due: nothing is omitted."""
    stands_still = 0.5
    with Server(tmp_path / "data") as server:
        command = [BIN / "parley-bench", "direct", "--sessions", "6", "--rate", "200", "--seconds", "1.5", "--warm-up", "0",
                   "--server", server.url, "--json"]  # fmt: skip
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
            # Seldom: parley-bench begins when the server has nothing else to do.
            wait_until(lambda: posted(server) > 20, "messages", every=0.2)
            server.process.send_signal(signal.SIGSTOP)
            time.sleep(stands_still)  # this is the fault, not a wait for something
            server.process.send_signal(signal.SIGCONT)
            result = json.loads(running.communicate()[0])
    assert running.returncode == GOOD
    assert result["p99_ms"] > 1000 * stands_still * 0.8
    assert result["p50_ms"] < result["p99_ms"] / 2


def posted(server):
    text = server.request("GET", "/metrics")[2].decode()
    return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith("parley_events_total"))


def test_several_processes_find_together_what_one_finds(server):
    code, result, errors = bench(server.url, *DIRECT, "--processes", "3")
    assert code == GOOD, errors
    assert result["messages_per_s"] > 0


class Meddler:
    """Stands between bench and server; `meddle(frame)` gives the payloads that the client gets instead of a frame with
    messages."""

    def __init__(self, server, meddle):
        self.server, self.meddle = server, meddle
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            upstream = socket.create_connection(("127.0.0.1", self.server.port))
            threading.Thread(target=self._copy, args=(client, upstream), daemon=True).start()
            threading.Thread(target=self._frames, args=(upstream, client), daemon=True).start()

    @staticmethod
    def _copy(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _frames(self, source, target):
        try:
            with source.makefile("rb") as stream:
                head = stream.readline()
                target.sendall(head)
                if b" 101 " not in head:
                    while data := stream.read1(65536):
                        target.sendall(data)
                    return
                while (line := stream.readline()) != b"\r\n":
                    target.sendall(line)
                target.sendall(line)
                while header := stream.read(2):
                    size = header[1]
                    if size >= 126:
                        size = int.from_bytes(stream.read(2 if size == 126 else 8), "big")
                    payload = stream.read(size)
                    for one in self._changed(header[0] & 15, payload):
                        target.sendall(bytes([header[0]]) + self._length(len(one)) + one)
        except OSError:
            pass
        finally:
            target.close()

    def _changed(self, opcode, payload):
        if opcode != 2:
            return [payload]
        frame = frames_pb2.ServerFrame.FromString(payload)
        events = [*frame.events.events, *frame.history.events]
        if not any(event.header.HasField("message") for event in events):
            return [payload]
        return self.meddle(frame)

    @staticmethod
    def _length(size):
        if size < 126:
            return bytes([size])
        return bytes([126]) + size.to_bytes(2, "big") if size < 65536 else bytes([127]) + size.to_bytes(8, "big")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()


def repeat(frame):
    return [frame.SerializeToString()] * 2


def lose(_):
    return []


def change(frame):
    for event in [*frame.events.events, *frame.history.events]:
        text = event.content.text
        event.content.text = text[:-1] + ("x" if text[-1:] != "x" else "y")
    return [frame.SerializeToString()]


@pytest.mark.parametrize("meddle, field", [(repeat, "duplicated"), (lose, "lost"), (change, "errors")])
def test_a_server_that_cheats_is_found_out(server, meddle, field):
    with Meddler(server, meddle) as meddler:
        code, result, errors = bench(meddler.url, *DIRECT, "--patience", "0.5")
    assert code == CHECKS_FAILED, errors
    assert result[field] > 0


def test_nothing_is_found_where_the_man_in_the_middle_is_honest(server):
    with Meddler(server, lambda frame: [frame.SerializeToString()]) as meddler:
        code, _, errors = bench(meddler.url, *DIRECT)
    assert code == GOOD, errors


def test_the_standard_set_and_its_comparison_run_in_small(tmp_path):
    script = pathlib.Path(__file__).resolve().parents[2] / "tools/build/bench.py"
    done = subprocess.run(["/usr/bin/python3", "-B", script, "--bin", BIN, "--work", tmp_path, "--quick", "--json", "direct-rate",
                           "bare-direct", "bare-group"], capture_output=True, text=True, timeout=120, check=False)  # fmt: skip
    assert done.returncode == GOOD, done.stderr
    runs = json.loads(done.stdout)["runs"]
    assert list(runs) == ["direct-rate", "bare-direct", "bare-group"]
    assert all(result["messages_per_s"] > 0 and result["lost"] == 0 for result in runs.values()), runs


def test_pages_are_read_from_a_cold_page_cache_where_the_files_are_known(tmp_path):
    with Server(tmp_path / "data") as server:
        history = ["history", "--sessions", "2", "--messages", "500", "--reads", "5"]
        code, result, errors = bench(server.url, *history, "--cold", str(server.data))
        assert code == GOOD and result["cold_p99_ms"] > 0, errors
        assert bench(server.url, *history, "--cold", str(tmp_path / "nothing"))[0] == NOT_RUN


def test_what_cannot_run_says_why(server, tmp_path):
    assert bench(server.url, "direct", "--sessions", "3")[0] == USAGE
    assert bench("https://127.0.0.1:1", "direct")[0] == USAGE
    code, result, errors = bench("http://127.0.0.1:1", *DIRECT)
    assert (code, result) == (NOT_RUN, None)
    assert "Connection refused" in errors
    code, _, errors = bench(server.url, "group", "--sessions", "200", "--members", "200")
    assert code == NOT_RUN
    assert "group_members" in errors
    with Server(tmp_path / "data", "--limit-loopback", "true", *limits(signups_per_hour=2)) as strict:
        code, _, errors = bench(strict.url, *DIRECT)
    assert code == NOT_RUN
    assert "signups_per_hour" in errors
