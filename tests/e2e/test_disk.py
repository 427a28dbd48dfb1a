"""A disk that is full, and one that cannot sync: posting stops with a name, history is served, and it goes on by itself."""

import contextlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import time

import pytest

from e2e_server import BIN, SANITIZED, Refused, Server, new_id, uuid_text, wait_until
from test_plug import verify
from test_sign_in import sign_in

MIB = 1 << 20


@contextlib.contextmanager
def small_disk(path, mib):
    """A file system of its own; where this user may not mount one the test is skipped, and says so."""
    path.mkdir()
    run = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m", "parley-test", str(path)], capture_output=True, text=True)
    if run.returncode != 0:
        pytest.skip(f"NOT TESTED: a small disk needs the right to mount a tmpfs: {run.stderr.strip()}")
    try:
        yield path
    finally:
        subprocess.run(["umount", str(path)], check=True)


def free(path):
    at = os.statvfs(path)
    return at.f_bavail * at.f_frsize


class Ballast:
    """Takes up room until so many bytes are left."""

    def __init__(self, disk):
        self.disk, self.path = disk, disk / "ballast"

    def leave(self, left):
        with open(self.path, "ab", buffering=0) as out:
            while (much := free(self.disk) - left) > 0:
                try:
                    out.write(b"\0" * min(much, MIB))
                except OSError:
                    return

    def throw_away(self):
        self.path.unlink()


def name_of(call, *arguments):
    """The name of the error, None where there is none."""
    try:
        call(*arguments)
    except Refused as refused:
        return refused.name
    return None


def post(person, channel, text):
    return person.command(channel, post={"content": {"text": text}})


def texts(person, channel):
    events = person.call("GET", f"/v1/channels/{uuid_text(channel)}/history")["events"]
    return [event["content"]["text"] for event in events if "content" in event]


def inbox(person):
    return sorted(person.call("POST", "/v1/sync", {})["inbox"]["rows"], key=lambda row: row["channelId"])


def lights(server):
    """What /readyz, the administrator's status and the metrics say of the store."""
    ready = server.call("GET", "/readyz")
    status = json.loads(operator("admin", "--socket", server.data / "admin.sock", "status", "--json").stdout)
    metrics = server.request("GET", "/metrics")[2].decode()
    allowed = next(line for line in metrics.splitlines() if line.startswith("parley_posting_allowed "))
    return ready["status"], ready.get("why"), status["store"], allowed.split()[1]


def direct(one, other):
    create = {"sendId": new_id(), "createChannel": {"kind": "CHANNEL_KIND_DIRECT", "peer": other.account}}
    return one.call("POST", "/v1/channels", create)["channelId"]


def test_a_full_disk_stops_posting_by_name_and_nothing_else_and_recovers(tmp_path):
    with small_disk(tmp_path / "disk", 420) as disk, Server(disk / "data") as server:
        anna, bert = server.sign_up(), server.sign_up()
        channel = direct(anna, bert)
        for number in range(20):
            post(anna, channel, f"number {number}")
        told = texts(bert, channel)
        ballast = Ballast(disk)

        # Less than is kept free: channels stop, so that people have room.
        ballast.leave(60 * MIB)
        for _ in range(10):
            assert name_of(post, anna, channel, "no room") == "disk_full"
        assert texts(bert, channel) == told
        assert sign_in(server, bert)["account"] == bert.account

        # Nothing at all.
        ballast.leave(0)
        assert name_of(post, anna, channel, "no room") == "disk_full"
        assert texts(bert, channel) == told
        names = {name_of(server.sign_up) for _ in range(3)}
        assert names <= {"disk_full", None}, names
        assert "disk_full" in {name_of(sign_in, server, bert) for _ in range(100)}
        assert texts(bert, channel) == told

        ballast.throw_away()
        wait_until(lambda: name_of(post, anna, channel, "there is room") is None, "posting goes on by itself")
        assert sign_in(server, bert)["account"] == bert.account
        carl = server.sign_up()
        post(carl, direct(carl, anna), "hello")
        assert texts(bert, channel)[: len(told)] == told
        assert server.stop() == 0
        wait_until(lambda: any("stopped" in line for line in server.errors), "the last line")
        assert len([line for line in server.errors if "commit_failed" in line]) == 1, server.log()
        assert len([line for line in server.errors if "commits_succeed" in line]) == 1, server.log()
        assert verify(server)["clean"]


def test_a_disk_with_nothing_left_ends_no_server_and_one_that_starts_there_says_why_it_does_not(tmp_path):
    with small_disk(tmp_path / "disk", 420) as disk, Server(disk / "data") as server:
        anna, bert = server.sign_up(), server.sign_up()
        channel = direct(anna, bert)
        for number in range(20):
            post(anna, channel, f"number {number}")
        told = texts(bert, channel)
        ballast = Ballast(disk)
        ballast.leave(95 * MIB)
        assert name_of(post, anna, channel, "no room") == "disk_full"
        assert operator("backup", server.data, tmp_path / "backups").returncode == 0
        ballast.leave(0)
        # What the backup flushed is compacted in the background, within a second or two.
        until = time.monotonic() + 3
        while time.monotonic() < until:
            assert texts(bert, channel) == told
        assert name_of(post, anna, channel, "no room") == "disk_full"
        assert server.stop() == 0
        said = refusal(server)
        assert "is full" in said and "make room" in said, said

        ballast.throw_away()
        server.start()
        assert texts(bert, channel) == told
        post(anna, channel, "there is room")
        assert server.stop() == 0
        assert verify(server)["clean"]


def test_a_server_that_starts_with_little_room_serves_history_says_once_why_nobody_posts_and_recovers(tmp_path):
    with small_disk(tmp_path / "disk", 300) as disk, Server(disk / "data") as server:
        anna, bert = server.sign_up(), server.sign_up()
        channel = direct(anna, bert)
        post(anna, channel, "hello")
        told = texts(bert, channel)
        server.stop()
        ballast = Ballast(disk)
        ballast.leave(100 * MIB)
        server.start()
        for _ in range(20):
            assert texts(bert, channel) == told
            assert name_of(post, anna, channel, "no room") == "disk_full"
        assert lights(server) == ("read_only", "disk_full", "read only (disk_full)", "0")
        assert sign_in(server, bert)["account"] == bert.account
        ballast.throw_away()
        wait_until(lambda: name_of(post, anna, channel, "there is room") is None, "posting goes on by itself")
        assert lights(server) == ("ready", None, "ready", "1")
        assert server.stop() == 0
        wait_until(lambda: any("stopped" in line for line in server.errors), "the last line")
        assert len([line for line in server.errors if "disk_full" in line]) == 1, server.log()
        assert len([line for line in server.errors if "store_reopened" in line]) == 1, server.log()


SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
static int fails(void) { return access(getenv("SYNC_FAILS"), F_OK) == 0; }
int fsync(int fd) { if (fails()) { errno = EIO; return -1; } return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd); }
int fdatasync(int fd) { if (fails()) { errno = EIO; return -1; } return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd); }
"""


@pytest.fixture
def failing_syncs(tmp_path):
    """A library that makes every sync of a process fail while a file exists."""
    compiler = shutil.which("cc") or shutil.which("clang-19")
    if compiler is None:
        pytest.skip("NOT TESTED: syncs that fail need a C compiler")
    if SANITIZED:
        pytest.skip("a sanitizer has to be the first library of a process")
    source, library = tmp_path / "shim.c", tmp_path / "shim.so"
    source.write_text(SHIM)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True)
    return library, tmp_path / "syncs-fail"


def test_a_failed_sync_stops_posting_by_name_and_it_goes_on_by_itself(tmp_path, failing_syncs, monkeypatch):
    library, switch = failing_syncs
    monkeypatch.setenv("LD_PRELOAD", str(library))
    monkeypatch.setenv("SYNC_FAILS", str(switch))
    with Server(tmp_path / "data") as server:
        monkeypatch.delenv("LD_PRELOAD")  # of what this test starts besides
        anna, bert = server.sign_up(), server.sign_up()
        channel = direct(anna, bert)
        for number in range(20):
            post(anna, channel, f"number {number}")
        told, rows = texts(bert, channel), inbox(bert)
        switch.touch()
        assert name_of(post, anna, channel, "not synced") == "store_unavailable"
        assert name_of(server.sign_up) in ("store_unavailable", "disk_full")
        for _ in range(20):
            assert texts(bert, channel) == told, "history goes on, without what may not be on the disk"
            assert inbox(bert) == rows
            assert name_of(post, anna, channel, "not synced either") == "store_unavailable"
        assert lights(server) == ("read_only", "store_unavailable", "read only (store_unavailable)", "0")
        pathlib.Path(switch).unlink()
        wait_until(lambda: name_of(post, anna, channel, "synced") is None, "posting goes on by itself")
        wait_until(lambda: lights(server) == ("ready", None, "ready", "1"), "and every light says so")
        after = texts(bert, channel)
        assert after[: len(told)] == told and after[-1] == "synced"
        server.sign_up()
        server.kill()
        assert verify(server)["clean"]


def history(person, channel):
    """Every event there is, oldest first, page by page."""
    events, after = [], 1
    while True:
        page = person.call("GET", f"/v1/channels/{uuid_text(channel)}/history?from={after}&oldest_first=true")
        events += page["events"]
        if int(page["to"]) >= int(page["head"]):
            return events
        after = int(page["to"]) + 1


def states(person, channel):
    return {int(event["header"]["seq"]): event.get("contentState") for event in history(person, channel)}


def operator(*arguments):
    return subprocess.run([str(BIN / "parley"), *map(str, arguments)], capture_output=True, text=True)


def test_events_of_a_damaged_file_are_served_as_damaged_and_a_repair_records_them(tmp_path):
    with Server(tmp_path / "data") as server:
        anna, bert = server.sign_up(), server.sign_up()
        channel = direct(anna, bert)
        for number in range(300):  # a channel is loaded with its newest 64 events, which have to be sound
            post(anna, channel, f"number {number} {os.urandom(400).hex()}")
        server.stop()
        tables = (tmp_path / "data" / "channels").glob("*.sst")
        biggest = max(tables, key=lambda path: path.stat().st_size)
        raw = bytearray(biggest.read_bytes())
        raw[len(raw) // 2] ^= 1
        biggest.write_bytes(raw)
        assert operator("verify", server.data).returncode == 1

        server.start()
        before = states(bert, channel)
        assert sorted(before) == list(range(1, 302)), "every seq has its place"
        damaged = [seq for seq, state in before.items() if state == "CONTENT_STATE_DAMAGED"]
        assert 0 < len(damaged) < 100
        assert operator("repair", server.data).returncode == 2, "the server runs"
        server.stop()

        dry = operator("repair", server.data)
        assert dry.returncode == 1 and "LOST" in dry.stdout and "nothing was changed" in dry.stdout, dry.stderr
        done = operator("repair", server.data, "--yes", "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        report = json.loads(done.stdout)
        assert report["done"] and report["lost"] > 0 and report["damaged_after"] == 0
        assert (pathlib.Path(report["kept"]) / "channels" / biggest.name).exists()
        assert verify(server)["lost"] == len(damaged)
        stats = json.loads(operator("stats", server.data, "--json").stdout)
        assert (stats["accounts"], stats["messages"], stats["largest"][0]["events"]) == (2, 300, 301)

        server.start()
        assert states(bert, channel) == before
        post(bert, channel, "and on it goes")
        assert max(states(anna, channel)) == 302


def refusal(server):
    """What a server says that does not start."""
    run = subprocess.run(server.command(), capture_output=True, text=True, timeout=60)
    assert run.returncode == 1, run.stdout
    return run.stderr


def test_people_whose_channels_are_gone_get_no_new_store_without_a_word(tmp_path):
    with Server(tmp_path / "data") as server:
        server.stop()
        shutil.rmtree(tmp_path / "data" / "channels")
        server.start()  # nobody has signed up: there is nothing to lose
        anna, bert = server.sign_up(), server.sign_up()
        post(anna, direct(anna, bert), "hello")
        server.stop()
        (tmp_path / "data" / "channels").rename(tmp_path / "elsewhere")
        (tmp_path / "data" / "channels").mkdir()  # as a disk leaves it that is not mounted
        said = refusal(server)
        assert "parley restore" in said and "--new-channels" in said
        assert not list((tmp_path / "data" / "channels").iterdir())

        server.arguments.append("--new-channels")
        server.start()
        assert sign_in(server, bert)["account"] == bert.account
        post(anna, direct(anna, bert), "hello again")
        server.stop()
        server.arguments.remove("--new-channels")
        server.start()
        assert server.stop() == 0 and verify(server)["clean"]


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a directory away")
def test_a_store_of_another_user_is_neither_repaired_nor_opened(tmp_path):
    with Server(tmp_path / "data") as server:
        server.sign_up()
        server.stop()
        os.chown(tmp_path / "data" / "channels" / "CURRENT", 65534, -1)
        assert "sudo -u" in refusal(server)
        os.chown(tmp_path / "data" / "channels" / "CURRENT", 0, -1)
        os.chown(tmp_path / "data", 65534, -1)
        run = operator("repair", server.data)
        assert run.returncode == 2 and "sudo -u" in run.stderr


def files(store):
    return {path.name: path.read_bytes() for path in store.iterdir() if path.is_file() and not path.name.startswith("LO")}


def test_a_repair_that_is_killed_at_any_moment_leaves_the_old_store_or_the_new_one(tmp_path):
    seed = int(os.environ.get("PARLEY_SEED", random.randrange(1 << 31)))
    print(f"PARLEY_SEED={seed}")
    chance = random.Random(seed)
    with Server(tmp_path / "data") as server:
        anna, bert = server.sign_up(), server.sign_up()
        channel = direct(anna, bert)
        for number in range(150):
            post(anna, channel, f"number {number} {os.urandom(400).hex()}")
        server.stop()
        biggest = max((tmp_path / "data" / "channels").glob("*.sst"), key=lambda path: path.stat().st_size)
        raw = bytearray(biggest.read_bytes())
        raw[len(raw) // 2] ^= 1
        biggest.write_bytes(raw)
    damaged = files(tmp_path / "data" / "channels")
    whole = tmp_path / "whole"
    shutil.copytree(tmp_path / "data", whole)
    begun = time.monotonic()
    assert operator("repair", whole, "--yes").returncode == 0
    took = time.monotonic() - begun
    repaired = json.loads(operator("verify", whole, "--json").stdout)

    found = set()
    for number in range(4):
        data = tmp_path / f"copy{number}"
        shutil.copytree(tmp_path / "data", data)
        process = subprocess.Popen([str(BIN / "parley"), "repair", str(data), "--yes"], stdout=subprocess.DEVNULL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(took * chance.uniform(0.1, 1.1))
        process.kill()
        process.wait()
        old = files(data / "channels") == damaged
        if not old:
            report = json.loads(operator("verify", data, "--json").stdout)
            assert report["clean"] and report["events"] == repaired["events"] and report["lost"] == repaired["lost"]
            assert files(next(data.glob("repair-*")) / "channels") == damaged
        found.add(old)
        # Whatever it was stopped at: done again it ends well.
        assert operator("repair", data, "--yes").returncode == 0
        assert json.loads(operator("verify", data, "--json").stdout)["clean"]
        shutil.rmtree(data)
    print("old store left" if True in found else "", "new store left" if False in found else "")
