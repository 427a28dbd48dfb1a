"""The operator's commands where something stands in their way: they say what it is, and leave nothing behind."""

import json
import os
import pty
import re
import subprocess

import pytest

from e2e_server import BIN, Server
from test_disk import direct, operator, post, refusal, small_disk, texts


@pytest.fixture(name="data")
def stopped_server_data(tmp_path):
    """The data directory of a server that has stopped, with two people and a message."""
    with Server(tmp_path / "data") as server:
        anna, bert = server.sign_up(), server.sign_up()
        post(anna, direct(anna, bert), "hello")
        assert server.stop() == 0
    return tmp_path / "data"


def test_channels_whose_people_are_gone_are_not_given_to_strangers_without_a_word(data, tmp_path):
    server = Server(data)
    assert operator("backup", data, tmp_path / "good").returncode == 0
    (data / "people.sqlite").rename(tmp_path / "elsewhere")
    said = refusal(server)
    assert "no account" in said and "parley restore" in said and "--new-people" in said, said
    assert not (data / "people.sqlite").exists()
    assert operator("backup", data, tmp_path / "good", "--keep", "1").returncode == 2

    server.arguments.append("--new-people")
    with server:
        refused = operator("backup", data, tmp_path / "good", "--keep", "1")
        assert refused.returncode != 0 and "no account" in refused.stderr, refused.stderr
        server.sign_up()
        server.stop()
        server.arguments.remove("--new-people")
        server.start()  # there are people again
        assert server.stop() == 0
    assert len(json.loads(operator("backup", "list", tmp_path / "good", "--json").stdout)["backups"]) == 1


def test_a_store_on_a_disk_mounted_to_be_read_only_is_looked_at_and_not_called_damaged(tmp_path):
    with small_disk(tmp_path / "disk", 300) as disk, Server(disk / "data") as server:
        anna, bert = server.sign_up(), server.sign_up()
        channel = direct(anna, bert)
        post(anna, channel, "hello")
        server.stop()

        def read_only(how):
            subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)

        read_only("ro")
        verified = operator("verify", server.data)
        assert verified.returncode == 0 and "all is well" in verified.stdout, verified.stdout + verified.stderr
        assert json.loads(operator("stats", server.data, "--json").stdout)["accounts"] == 2
        read_only("rw")

        # What a server that was killed has written to people lies in its log, which cannot be read alone.
        server.start()
        assert len(texts(bert, channel)) == 1
        server.kill()
        (server.data / "people.sqlite-shm").unlink()
        read_only("ro")
        verified = operator("verify", server.data)
        assert verified.returncode == 2 and "DAMAGED" not in verified.stdout, verified.stdout
        assert "cannot read the database of people" in verified.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
def test_what_may_not_be_read_is_not_said_to_be_missing(data, tmp_path):
    def as_nobody(*arguments):
        return subprocess.run([str(BIN / "parleyd"), *map(str, arguments)], capture_output=True, text=True, user=65534,
                              group=65534, extra_groups=[])

    if as_nobody("--version").returncode != 0:
        pytest.skip("NOT TESTED: another user may not run the programs here")
    for place in tmp_path.parents:
        if place != place.parent and place.owner() == "root" and not place.stat().st_mode & 0o001:
            place.chmod(place.stat().st_mode | 0o011)
    tmp_path.chmod(0o755)
    for command in (["verify", data], ["stats", data], ["repair", data], ["backup", data, tmp_path / "backups"],
                    ["export", data]):
        said = as_nobody(*command).stderr
        assert "ermission" in said and "there is no" not in said and "no data directory" not in said, (command, said)


def test_what_killed_repairs_left_is_named_and_removed_but_never_a_store_that_was_kept(data):
    unfinished, kept = data / "repair-20200101-000000", data / "repair-20200102-000000"
    for folder in (unfinished, kept):
        (folder / "reading").mkdir(parents=True)
        (folder / "channels").mkdir()
    (kept / "repair.json").write_text("{}\n")
    looked = operator("repair", data)
    assert looked.returncode == 0 and str(unfinished) in looked.stdout and str(kept / "reading") in looked.stdout
    assert (unfinished / "channels").exists() and (kept / "reading").exists()
    done = operator("repair", data, "--yes")
    assert done.returncode == 0 and str(unfinished) in done.stdout, done.stdout
    assert not unfinished.exists() and not (kept / "reading").exists() and (kept / "channels").exists()
    assert operator("repair", data).stdout == "the store is sound: there is nothing to repair\n"


def test_an_export_to_readers_that_have_gone_ends_with_an_error(data):
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run([str(BIN / "parleyd"), "export", str(data)], stdout=writer, stderr=writer)
    finally:
        os.close(writer)
    assert done.returncode in (1, 2)  # and is not aborted


@pytest.mark.parametrize("command", ["verify", "repair"])
def test_verify_and_repair_show_at_a_terminal_how_far_they_are(data, command):
    terminal, its_end = pty.openpty()
    try:
        done = subprocess.run([str(BIN / "parley"), command, str(data)], stdout=subprocess.PIPE, stderr=its_end, text=True)
        os.write(its_end, b"the end")  # so that there is something to read
        shown = os.read(terminal, 4096).decode()
    finally:
        os.close(terminal)
        os.close(its_end)
    assert done.returncode == 0
    assert re.search(r"verify 0 of \d channels", shown), shown


def test_an_import_or_a_restore_that_fails_leaves_no_directory_that_a_server_would_start_in(data, tmp_path):
    whole = operator("export", data).stdout
    (tmp_path / "cut").write_text("".join(whole.splitlines(keepends=True)[:-1]))
    assert operator("import", tmp_path / "cut", tmp_path / "new").returncode == 2
    assert not (tmp_path / "new").exists()

    assert operator("backup", data, tmp_path / "backups").returncode == 0
    table = next((tmp_path / "backups" / "files").iterdir())
    table.write_bytes(table.read_bytes()[:-1] + b"?")
    assert operator("restore", tmp_path / "backups", tmp_path / "new").returncode == 2
    assert not (tmp_path / "new").exists()
