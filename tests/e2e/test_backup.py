"""Backups and restores, as an operator makes them and as two people with the command line client live through them."""

import fcntl
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import threading

import pytest

from e2e_server import BIN, PASSWORD, Server, new_id, wait_until


def parley(*arguments, home=None, check=0):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
    if home is not None:
        environment.update(XDG_STATE_HOME=str(home), PARLEY_PASSWORD=PASSWORD)
    run = subprocess.run([str(BIN / "parley"), *map(str, arguments)], capture_output=True, text=True, timeout=60,
                         env=environment)
    if check is not None:
        assert run.returncode == check, (arguments, run.stdout, run.stderr)
    return run


def last_line(run):
    return json.loads(run.stdout.splitlines()[-1])


def backup(data, to, *arguments):
    return last_line(parley("backup", data, to, "--json", *arguments))["backup"]


def talk(server, count=40):
    anna, bert = server.sign_up(), server.sign_up()
    group = new_id()
    anna.call("POST", "/v1/channels", {"channelId": group, "sendId": new_id(), "createChannel": {
        "kind": "CHANNEL_KIND_GROUP", "title": "Walks", "members": [bert.account]}})
    for i in range(count):
        anna.command(group, post={"content": {"text": f"words {i}"}})
    return anna, bert, group


def files_under(folder):
    return {path.relative_to(folder): path.stat().st_ino for path in sorted(folder.rglob("*")) if path.is_file()}


def damage(to):
    victim = max((to / "files").iterdir(), key=lambda path: path.stat().st_size)
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(content)
    return victim


@pytest.fixture(scope="module", name="stopped")
def stopped_server(tmp_path_factory):
    """A server that was talked to and has stopped."""
    with Server(tmp_path_factory.mktemp("backup") / "data") as server:
        server.people = talk(server)
        assert server.stop() == 0
        yield server


# ---- offline ---------------------------------------------------------------------------------------------------------


def test_a_second_backup_copies_no_table_file_again(stopped, tmp_path):
    to = tmp_path / "backups"
    first = backup(stopped.data, to)
    shared = files_under(to / "files")
    assert shared and first["copied_files"] == first["files"]
    second = backup(stopped.data, to)
    assert {name: inode for name, inode in files_under(to / "files").items() if name in shared} == shared
    assert second["copied_files"] < second["files"]
    listed = last_line(parley("backup", "list", to, "--json"))["backups"]
    assert [one["id"] for one in listed] == [first["id"], second["id"]]
    assert "all is well" in parley("backup", "verify", to).stdout


def test_old_backups_are_pruned_with_the_files_only_they_had(stopped, tmp_path):
    to = tmp_path / "backups"
    data = tmp_path / "data"
    shutil.copytree(stopped.data, data)
    ids = [backup(data, to)["id"] for _ in range(2)]
    kept = backup(data, to, "--keep", 1)
    assert kept["removed"] == ids
    assert [path.name for path in (to / "backups").iterdir()] == [kept["id"]]
    named = {file["stored"] for file in json.loads((to / "backups" / kept["id"] / "manifest.json").read_text())["files"]}
    assert {f"files/{path.name}" for path in (to / "files").iterdir()} <= named
    assert parley("backup", "verify", to).returncode == 0


def test_a_flipped_bit_is_found_and_not_restored(stopped, tmp_path):
    to = tmp_path / "backups"
    backup(stopped.data, to)
    victim = damage(to)
    run = parley("backup", "verify", to, check=1)
    assert victim.name in run.stdout and "DAMAGED" in run.stdout
    run = parley("restore", to, tmp_path / "data", check=2)
    assert victim.name in run.stderr
    assert not (tmp_path / "data" / "channels").exists()
    # The manifest is protected too.
    manifest = next((to / "backups").glob("*/manifest.json"))
    manifest.write_text(manifest.read_text().replace('"bytes":', '"bytes": ', 1))
    assert "checksum" in parley("backup", "list", to).stdout


def test_an_interrupted_backup_leaves_the_earlier_ones_and_is_cleaned_up(stopped, tmp_path):
    to = tmp_path / "backups"
    data = tmp_path / "data"
    shutil.copytree(stopped.data, data)
    first = backup(data, to)
    # What kill -9 leaves: a backup without its last rename, table files that no backup names, a snapshot.
    partial = to / "backups" / "20260101T000000Z.partial"
    (partial / "channels").mkdir(parents=True)
    (partial / "people.sqlite").write_bytes(b"half")
    (to / "files" / ("0" * 32 + ".sst")).write_bytes(b"half")
    (data / "snapshot.tmp").mkdir()
    (data / "snapshot.tmp" / "000001.sst").write_bytes(b"old")
    assert [one["id"] for one in last_line(parley("backup", "list", to, "--json"))["backups"]] == [first["id"]]
    parley("backup", "verify", to)
    second = backup(data, to)
    assert {path.name for path in (to / "backups").iterdir()} == {first["id"], second["id"]}
    assert not (to / "files" / ("0" * 32 + ".sst")).exists() and not (data / "snapshot.tmp").exists()
    parley("backup", "verify", to)


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a directory away")
def test_a_directory_of_another_user_is_not_filled_with_files_of_ours(stopped, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(stopped.data, data)
    backup(data, tmp_path / "backups")
    os.chown(data, 65534, -1)
    for arguments in (("backup", data, tmp_path / "backups"), ("restore", tmp_path / "backups", data, "--yes")):
        assert "sudo -u" in parley(*arguments, check=2).stderr


def test_a_folder_of_something_else_is_left_alone(stopped, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"cat")
    run = parley("backup", stopped.data, tmp_path / "photos", check=2)
    assert "neither empty nor a folder of backups" in run.stderr
    run = parley("backup", tmp_path / "photos", tmp_path / "backups", check=2)
    assert "no data directory" in run.stderr and not (tmp_path / "backups").exists()


def test_a_file_that_rots_in_the_folder_is_mended_by_the_next_backup_before_older_ones_go(stopped, tmp_path):
    to = tmp_path / "backups"
    backup(stopped.data, to)
    damage(to)
    parley("backup", "verify", to, check=1)
    made = backup(stopped.data, to, "--keep", 1)
    assert made["mended_files"] == 1 and len(made["removed"]) == 1
    parley("backup", "verify", to)
    assert backup(stopped.data, to)["mended_files"] == 0
    damage(to)
    assert "damaged; copied anew" in parley("backup", stopped.data, to).stdout


def rewrite_manifest(backups, change):
    manifest = max(backups.glob("*/manifest.json"))
    manifest.write_text(change(manifest.read_text()))
    digest = hashlib.sha256(manifest.read_bytes()).hexdigest()
    (manifest.parent / "manifest.sha256").write_text(f"{digest}  manifest.json\n")
    return manifest.parent.name


def test_an_older_backup_than_the_newest_is_restored_only_by_name(stopped, tmp_path):
    to, data = tmp_path / "backups", tmp_path / "restored"
    older = backup(stopped.data, to)["id"]
    backup(stopped.data, to)
    newest = rewrite_manifest(to / "backups", lambda text: text.replace('"format": 1', '"format": 2'))
    assert f"{newest}  NEWER: " in parley("backup", "list", to).stdout
    run = parley("restore", to, data, check=2)
    assert newest in run.stderr and "use a newer one" in run.stderr and "--at ID" in run.stderr and not data.exists()
    made = parley("backup", stopped.data, to)
    assert f"manifest of {newest} cannot be read" in made.stdout, "it keeps every cleaning from being done"
    shutil.rmtree(max((to / "backups").iterdir()))
    rewrite_manifest(to / "backups", lambda text: "{}")
    assert newest in parley("restore", to, data, check=2).stderr
    parley("restore", to, data, "--at", older)


def test_a_folder_of_a_newer_program_is_left_alone(stopped, tmp_path):
    to = tmp_path / "backups"
    backup(stopped.data, to)
    (to / "PARLEY-BACKUPS").write_text("format 2\n")
    for arguments in (("backup", stopped.data, to), ("backup", "list", to), ("restore", to, tmp_path / "data")):
        assert "use a newer one" in parley(*arguments, check=2).stderr
    assert len(list((to / "backups").iterdir())) == 1


def test_backups_are_not_made_where_the_server_keeps_its_data(stopped, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(stopped.data, data)
    for to in (data, data / "channels" / "backups", tmp_path / "else" / ".." / "data"):
        run = parley("backup", data, to, check=2)
        assert "name another folder" in run.stderr, run.stderr
    with Server(data) as server:
        assert "name another folder" in parley("backup", server.data, server.data, check=2).stderr
        said = last_line(parley("--json", "backup", server.data, server.data, check=2))
        assert said["error"]["name"] == "invalid_argument"
    for keep in ("0", "-1"):
        parley("backup", data, tmp_path / "backups", "--keep", keep, check=2)
        assert subprocess.run([str(BIN / "parleyd"), "backup", str(data), str(tmp_path / "backups"), "--keep", keep],
                              capture_output=True, timeout=60).returncode == 2
    assert not (tmp_path / "backups").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts")
def test_backups_on_a_disk_that_is_mounted_read_only_are_verified_and_restored(stopped, tmp_path):
    to, seen = tmp_path / "backups", tmp_path / "seen"
    backup(stopped.data, to)
    seen.mkdir()
    mount = f"mount --bind {to} {seen} && mount -o remount,ro,bind {seen} && exec \"$@\""
    for arguments in (("backup", "list", seen), ("backup", "verify", seen), ("restore", seen, tmp_path / "data")):
        run = subprocess.run(["unshare", "-m", "sh", "-c", mount, "sh", str(BIN / "parley"), *map(str, arguments)],
                             capture_output=True, text=True, timeout=60)
        if "mount: " in run.stderr or "unshare: " in run.stderr:
            pytest.skip("cannot mount here: " + run.stderr)
        assert run.returncode == 0, run.stderr
    assert json.loads(parley("--json", "verify", tmp_path / "data").stdout)["clean"]


def test_who_only_looks_works_while_another_process_works_in_the_folder(stopped, tmp_path):
    to = tmp_path / "backups"
    backup(stopped.data, to)
    with open(to / "LOCK", "r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        parley("backup", "list", to)
        assert "another process" in parley("backup", "verify", to, check=2).stderr
        fcntl.flock(lock, fcntl.LOCK_SH)
        parley("backup", "verify", to)
        assert "another process" in parley("backup", stopped.data, to, check=2).stderr


def test_commands_say_what_a_directory_is_that_holds_no_store(stopped, tmp_path):
    to = tmp_path / "backups"
    made = backup(stopped.data, to)
    for path in (to, to / "backups" / made["id"]):
        assert "parley backup verify TO" in parley("verify", path, check=2).stderr
    interrupted = tmp_path / "interrupted"
    (interrupted / "restore.tmp").mkdir(parents=True)
    for command in ("verify", "stats", "export"):
        run = parley(command, interrupted, check=2)
        assert run.stderr.startswith(f"parley {command}: ") and "do it again" in run.stderr, run.stderr
        said = json.loads(parley("--json", command, interrupted, check=2).stdout)
        assert list(said) == ["error"] and said["error"]["name"] == "store_unavailable"
    said = json.loads(parley("--json", "repair", tmp_path / "nothing", check=2).stdout)
    assert said["error"]["name"] == "not_found"


# ---- while the server runs -------------------------------------------------------------------------------------------


def test_a_server_whose_socket_lies_elsewhere_is_asked_there(tmp_path):
    with Server(tmp_path / "data", "--admin-socket", str(tmp_path / "else.sock")) as server:
        assert "--socket FILE" in parley("backup", server.data, tmp_path / "backups", check=2).stderr
        parley("backup", server.data, tmp_path / "backups", "--socket", tmp_path / "else.sock")


def last_backup(server):
    """What the metrics and the administrator's status say of it."""
    metrics = server.request("GET", "/metrics")[2].decode()
    seconds = next(line.split()[1] for line in metrics.splitlines() if line.startswith("parley_last_backup_time_seconds "))
    return int(seconds), json.loads(parley("admin", "--socket", server.data / "admin.sock", "status", "--json").stdout)["last_backup"]


def test_a_server_tells_how_old_its_last_good_backup_is(tmp_path):
    to = tmp_path / "backups"
    with Server(tmp_path / "data") as server:
        assert last_backup(server) == (0, None)
        made = backup(server.data, to)
        seconds, last = last_backup(server)
        assert (seconds, last) == (made["time"] // 1000, {"time": made["time"], "id": made["id"], "folder": str(to)})
        # One that fails leaves it as it was, and so does a restart; one that the stopped server did not take counts.
        (tmp_path / "else").mkdir()
        (tmp_path / "else" / "file").touch()
        parley("backup", server.data, tmp_path / "else", check=2)
        assert last_backup(server) == (seconds, last)
        server.stop()
        newer = backup(server.data, to)
        server.start()
        assert last_backup(server)[1]["id"] == newer["id"] != made["id"]
        assert newer["id"] in parley("admin", "--socket", server.data / "admin.sock", "status").stdout


def test_a_running_server_backs_up_while_people_talk(tmp_path):
    to = tmp_path / "backups"
    (tmp_path / "data" / "snapshot.tmp").mkdir(parents=True)  # of a backup that was killed with its server
    with Server(tmp_path / "data") as server:
        assert not (server.data / "snapshot.tmp").exists()
        anna, _, group = talk(server)
        told, stop = [], threading.Event()

        def keep_talking():
            while not stop.is_set():
                told.append(int(anna.command(group, post={"content": {"text": f"meanwhile {len(told)}"}})["seq"]))

        talker = threading.Thread(target=keep_talking)
        talker.start()
        try:
            wait_until(lambda: len(told) > 5, "people talk")
            before = told[-1]
            made = backup(server.data, to)
            assert told[-1] > before, "posting went on"
            newer = len(told) + 5
            wait_until(lambda: len(told) > newer, "people talk on")
            again = backup(server.data, to, "--keep", "1")
            assert again["removed"] == [made["id"]]
        finally:
            stop.set()
            talker.join()
        parley("restore", to, server.data, "--yes", check=2)  # not under a server that runs
        audit = [json.loads(line) for line in (server.data / "audit.jsonl").read_text().splitlines()]
        assert [line["action"] for line in audit if "action" in line] == ["back_up"] * 2
        parley("restore", to, tmp_path / "restored")
        report = json.loads(parley("--json", "verify", tmp_path / "restored").stdout)
        assert report["clean"] and 40 + before <= report["messages"] + 41
    assert not (server.data / "snapshot.tmp").exists()


@pytest.mark.parametrize("after", [0.0, 0.01, 0.03])
def test_a_backup_that_is_killed_leaves_the_earlier_one_valid(stopped, tmp_path, after):
    to, data = tmp_path / "backups", tmp_path / "data"
    shutil.copytree(stopped.data, data)
    first = backup(data, to)
    run = subprocess.Popen([str(BIN / "parleyd"), "backup", str(data), str(to)], stdout=subprocess.DEVNULL)
    try:
        run.wait(after)
    except subprocess.TimeoutExpired:
        run.kill()
    run.wait()
    ids = [one["id"] for one in last_line(parley("backup", "list", to, "--json"))["backups"]]
    assert ids[0] == first["id"]
    parley("backup", "verify", to)
    backup(data, to)
    assert not list((to / "backups").glob("*.partial")) and not (data / "snapshot.tmp").exists()
    parley("backup", "verify", to)


# ---- restore ---------------------------------------------------------------------------------------------------------


def test_a_restored_store_is_sound_and_another_history(stopped, tmp_path):
    to, data = tmp_path / "backups", tmp_path / "restored"
    made = backup(stopped.data, to)
    restored = last_line(parley("restore", to, data, "--json"))["restored"]
    assert restored["id"] == made["id"] and restored["was"] == made["incarnation"] != restored["incarnation"]
    report = json.loads(parley("--json", "verify", data).stdout)
    assert report["clean"] and report["messages"] == 40 and report["incarnation"] == restored["incarnation"]
    run = parley("restore", to, data, check=2)
    assert "not empty" in run.stderr and "--yes" in run.stderr
    again = last_line(parley("restore", to, data, "--yes", "--json"))["restored"]
    assert (pathlib.Path(again["moved_away"]) / "channels" / "CURRENT").exists()


def test_an_interrupted_restore_serves_nobody_and_can_be_done_again(stopped, tmp_path):
    to, data = tmp_path / "backups", tmp_path / "restored"
    backup(stopped.data, to)
    (data / "restore.tmp" / "channels").mkdir(parents=True)
    (data / "restore.tmp" / "people.sqlite").write_bytes(b"half of it")
    run = subprocess.run([str(BIN / "parleyd"), "--data", str(data), "--listen", "127.0.0.1:0"], capture_output=True,
                         text=True, timeout=60)
    assert run.returncode == 1 and "do it again" in run.stderr
    parley("restore", to, data)
    assert not (data / "restore.tmp").exists()
    assert json.loads(parley("--json", "verify", data).stdout)["clean"]


def test_a_restore_that_fails_leaves_what_was_there(stopped, tmp_path):
    data, to = tmp_path / "data", tmp_path / "data" / "backups"  # below it, as with the package
    shutil.copytree(stopped.data, data)
    backup(data, to)
    before = json.loads(parley("--json", "verify", data).stdout)
    there = sorted(path.name for path in data.iterdir())
    damage(to)
    assert "does not fit its checksum" in parley("restore", to, data, "--yes", check=2).stderr
    assert sorted(path.name for path in data.iterdir()) == there
    assert json.loads(parley("--json", "verify", data).stdout) == before
    # Nothing was there: nothing is there afterwards, in which a server would start.
    parley("restore", to, tmp_path / "new", check=2)
    assert not (tmp_path / "new").exists()


def test_a_restore_keeps_the_directory_itself_and_what_is_not_of_the_stores(stopped, tmp_path):
    """It may be a mount point, or lie in a directory of root's, as with the package."""
    data, to = tmp_path / "data", tmp_path / "data" / "backups"
    shutil.copytree(stopped.data, data)
    (data / "audit.jsonl").write_text("{}\n")
    backup(data, to)
    inode = data.stat().st_ino
    restored = last_line(parley("restore", to, data, "--yes", "--json"))["restored"]
    assert data.stat().st_ino == inode and sorted(path.name for path in tmp_path.iterdir()) == ["data"]
    assert pathlib.Path(restored["moved_away"]).parent == data
    assert (data / "audit.jsonl").exists() and not (data / "restore.done").exists()
    for place in (data, pathlib.Path(restored["moved_away"])):
        assert json.loads(parley("--json", "verify", place).stdout)["messages"] == 40, place


@pytest.mark.parametrize("steps", range(6))
def test_a_restore_that_is_killed_while_stores_change_places_can_be_done_again_or_fail(stopped, tmp_path, steps):
    data, to = tmp_path / "data", tmp_path / "backups"
    shutil.copytree(stopped.data, data)
    backup(data, to)
    before = json.loads(parley("--json", "verify", data).stdout)
    moved = pathlib.Path(last_line(parley("restore", to, data, "--yes", "--json"))["restored"]["moved_away"])
    # What kill -9 leaves after so many moves, backwards from the end.
    part = data / "restore.tmp"
    part.mkdir()
    (part / "whole").write_text(moved.name)
    moves = [(data / "channels", part / "channels"), (data / "people.sqlite", part / "people.sqlite"),
             (moved / "channels", data / "channels"), (moved / "people.sqlite", data / "people.sqlite")]
    for source, to_where in moves[:steps]:
        source.rename(to_where)
    if steps == 5:
        for left in moved.iterdir():  # SQLite's own
            left.rename(data / left.name)
        moved.rmdir()
    run = subprocess.run([str(BIN / "parleyd"), "--data", str(data), "--listen", "127.0.0.1:0"], capture_output=True,
                         text=True, timeout=60)
    assert run.returncode == 1 and "do it again" in run.stderr
    damage(to)
    parley("restore", to, data, "--yes", check=2)
    assert json.loads(parley("--json", "verify", data).stdout) == before
    assert not part.exists() and not moved.exists()


def test_every_sign_in_ends_with_a_restore(stopped, tmp_path):
    to, data = tmp_path / "backups", tmp_path / "restored"
    backup(stopped.data, to)
    parley("restore", to, data)
    anna, _, group = stopped.people
    with Server(data) as server:
        for path, body, token in (("/v1/account", None, anna.token),
                                  ("/v1/auth/refresh", {"refreshToken": anna.refresh_token}, None)):
            status, _, _ = server.request("POST" if body else "GET", path, body, token)
            assert status == 401, path
        anna.server = server
        back = anna.another_device()
        outcome = back.command(group, post={"content": {"text": "here again"}})
        assert int(outcome["seq"]) == 42, outcome


# ---- two people live through it --------------------------------------------------------------------------------------


class Home:
    """A person at the command line, with what this computer remembers."""

    def __init__(self, path, server, handle):
        self.path, self.server, self.handle = path, server, handle
        path.mkdir()

    def __call__(self, *arguments, check=0):
        return parley("--server", self.server.url, *arguments, home=self.path, check=check)


def test_two_people_come_back_after_a_restore(tmp_path):
    with Server(tmp_path / "data") as server:
        anna, bert = Home(tmp_path / "anna", server, "anna"), Home(tmp_path / "bert", server, "bert")
        for person in (anna, bert):
            person("signup", person.handle)
        anna("send", "bert", "before one")
        bert("send", "anna", "before two")
        assert server.stop() == 0
        backup(server.data, tmp_path / "backups")
        server.start()
        anna("send", "bert", "after: lost with the restore")
        bert("send", "anna", "after: lost as well")
        bert.before = bert("history", "anna").stdout
        assert "lost as well" in bert.before
        assert server.stop() == 0
        anna("send", "bert", "waits in the outbox")  # nobody listens: kept, told as success
        parley("restore", tmp_path / "backups", server.data, "--yes")
        server.start()
        for person in (anna, bert):
            assert person("channels", check=None).returncode == 4, "the sign-in ended"
            person("signin", person.handle)
        for person, other in ((anna, "bert"), (bert, "anna")):
            wait_until(lambda: "waits in the outbox" in person("history", other).stdout, "the outbox is sent")
        views = []
        for person, other in ((anna, "bert"), (bert, "anna")):
            shown = person("history", other).stdout
            assert "lost" not in shown
            for words in ("before one", "before two", "waits in the outbox"):
                assert shown.count(words) == 1, shown
            views.append(shown)
        bert("send", "anna", "all is as it was")
        assert "all is as it was" in anna("history", "bert").stdout
        assert server.stop() == 0
        assert json.loads(parley("--json", "verify", server.data).stdout)["clean"]
