"""The command line client as people and scripts use it."""

import json
import os
import pathlib
import stat
import subprocess

import pytest

from e2e_server import BIN, PASSWORD, Server, limits, read_until, wait_until

PARLEY = BIN / "parley"


class Terminal:
    """One person's shell; every call is one command."""

    def __init__(self, home, server, profile):
        self.home, self.server, self.profile = home, server, profile

    def command(self, *arguments):
        return [str(PARLEY), "--profile", self.profile, "--server", self.server.url, *arguments]

    def environment(self):
        return {"XDG_STATE_HOME": str(self.home), "PATH": "/usr/bin:/bin", "PARLEY_PASSWORD": PASSWORD}

    def run(self, *arguments, text=None):
        return subprocess.run(self.command(*arguments), input=text, capture_output=True, text=True, timeout=90,
                              env=self.environment())

    def start(self, *arguments):
        return subprocess.Popen(self.command(*arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, env=self.environment())

    def __call__(self, *arguments, text=None):
        done = self.run(*arguments, text=text)
        assert done.returncode == 0, f"{arguments}: {done.returncode} {done.stderr}"
        return done.stdout

    def json(self, *arguments):
        return json.loads(self(*arguments, "--json"))

    def refused(self, name, code, *arguments):
        done = self.run(*arguments)
        assert (done.returncode, done.stderr.startswith(f"parley: {name}: ")) == (code, True), done.stderr

    @property
    def directory(self):
        return pathlib.Path(self.home) / "parley" / self.profile


@pytest.fixture
def server(tmp_path):
    with Server(tmp_path / "data", *limits(access_token_ms=10_000)) as running:
        yield running


@pytest.fixture
def people(tmp_path, server):
    terminals = [Terminal(tmp_path / "home", server, name) for name in ("anna", "bert", "carla")]
    for terminal in terminals:
        terminal("signup", terminal.profile)
    return terminals


def texts(events):
    return [event["text"] for event in events if event["kind"] == "message"]


def test_a_group_from_its_first_day_to_its_last(people):
    anna, bert, carla = people
    anna("group", "create", "Walking club", "bert")
    assert bert("send", "walk", "Sunday?").startswith("#2 ")
    carla.refused("channel_unknown", 1, "send", "walk", "hello")
    link = anna.json("group", "invite", "walk", "--uses", "1")["link"]
    carla("group", "join", link)
    carla("send", "walking CLUB", "I come too")
    assert texts(anna.json("history", "walk")) == ["Sunday?", "I come too"]
    assert texts(carla.json("history", "walk")) == ["I come too"]
    anna("group", "settings", "walk", "--post", "admins")
    carla.refused("not_allowed", 1, "send", "walk", "still?")
    anna("group", "role", "walk", "carla", "admin")
    carla("send", "walk", "now")
    anna("group", "rename", "walk", "Running club")
    anna("group", "handover", "run", "bert")
    bert("group", "remove", "run", "carla")
    carla.refused("not_a_member", 1, "send", "run", "hm")
    members = {member["handle"]: member["role"] for member in bert.json("group", "show", "run")["members"]}
    assert members == {"anna": "admin", "bert": "owner"}


def test_messages_are_changed_answered_and_counted(people):
    anna, bert, _ = people
    anna("send", "bert", "first")
    anna("send", "bert", "-", text="two\nlines\n")
    row = next(row for row in bert.json("channels") if row["name"] == "anna")
    assert (row["unread"], row["kind"]) == (2, "direct")
    bert("react", "anna", "2", "👍")
    bert("reply", "anna", "3", "yes")
    anna("edit", "bert", "2", "better")
    event = next(event for event in bert.json("history", "anna") if event["seq"] == 2)
    assert (event["text"], event["edits"], event["reactions"]) == ("better", 1, [{"by": "bert", "value": "👍"}])
    bert("read", "anna")
    assert next(row for row in bert.json("channels") if row["name"] == "anna")["unread"] == 0
    assert [receipt["read"] for receipt in anna.json("receipts", "bert", "3")] == [True]
    anna("delete", "bert", "2")
    bert("delete", "anna", "3", "--for-me")
    events = {event["seq"]: event for event in bert.json("history", "anna")}
    assert events[2]["deleted"] and events[3]["deleted"]
    bert.refused("not_author", 1, "edit", "anna", "3", "mine now")


def test_long_text_comes_whole(people):
    anna, bert, _ = people
    text = "é" * 50_000
    anna("send", "bert", "-", text=text)
    assert texts(bert.json("history", "anna")) == [text]
    assert anna.run("send", "bert", "-", text="x" * 100_001).stderr.startswith("parley: content_too_long: ")


def test_escape_sequences_of_others_do_not_reach_the_terminal(people):
    anna, bert, _ = people
    anna("send", "bert", "-", text="red \x1b[31m and \u202eback")
    shown = bert("history", "anna")
    assert "\x1b" not in shown and "\u202e" not in shown
    assert texts(bert.json("history", "anna")) == ["red \x1b[31m and \u202eback"]


def test_many_processes_of_one_profile_send_everything_once(people):
    anna, bert, _ = people
    anna("open", "bert")
    with anna.start("tail", "bert") as tail:
        sends = [anna.start("send", "bert", f"message {number}") for number in range(10)]
        assert [process.wait(60) for process in sends] == [0] * 10
        shown = ""
        for line in tail.stdout:
            shown += line
            if shown.count("message ") == 10:
                break
        tail.terminate()
    assert sorted(texts(bert.json("history", "anna"))) == sorted(f"message {number}" for number in range(10))
    assert anna.json("outbox") == []


def test_what_was_written_offline_is_sent_once_in_order(people, server):
    anna, bert, _ = people
    anna("send", "bert", "0")
    server.kill()
    for number in range(1, 4):
        done = anna.run("send", "bert", str(number))
        assert (done.returncode, "outbox" in done.stderr) == (0, True)
    assert [row["what"] for row in anna.json("outbox")] == ["1", "2", "3"]
    assert texts(anna.json("history", "bert")) == ["0"]
    anna.refused("offline", 3, "whoami")
    server.start()
    assert anna.json("sync")["waiting"] == 0
    assert texts(bert.json("history", "anna")) == ["0", "1", "2", "3"]


def test_tail_says_when_it_has_a_connection_and_when_it_lost_it(people, server):
    anna, bert, _ = people
    anna("open", "bert")
    server.kill()
    with anna.start("tail", "bert") as tail:
        read_until(tail, tail.stderr, "No connection yet; trying.")
        server.start()
        read_until(tail, tail.stderr, "Connected. What comes is shown here")
        bert("send", "anna", "at last")
        read_until(tail, tail.stdout, "at last")
        server.kill()
        read_until(tail, tail.stderr, "Connection lost; trying again.")
        server.start()
        read_until(tail, tail.stderr, "Connected again.")
        tail.terminate()


def test_tokens_are_renewed_and_files_are_private(people):
    anna, _, _ = people
    before = json.loads((anna.directory / "credentials").read_text())
    assert stat.S_IMODE(os.stat(anna.directory).st_mode) == 0o700
    anna("send", "me", "note")
    for file in anna.directory.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    # An access token of ten seconds is never worth sending: each command gets a new one.
    after = json.loads((anna.directory / "credentials").read_text())
    assert after["refreshToken"] != before["refreshToken"]
    assert PASSWORD not in "".join(file.read_bytes().decode("latin-1") for file in anna.directory.iterdir())


def test_an_old_refresh_token_signs_the_profile_out(people):
    anna, _, _ = people
    stolen = (anna.directory / "credentials").read_text()
    for _ in range(3):
        anna("whoami")
    (anna.directory / "credentials").write_text(stolen)
    anna.refused("refresh_reused", 4, "whoami")


def test_revoked_device_is_told_to_sign_in_again(people, tmp_path, server):
    anna, _, _ = people
    second = Terminal(tmp_path / "home", server, "annas_phone")
    second("signin", "anna", "--device", "phone")
    with second.start("tail") as tail:
        wait_until(lambda: len(anna.json("devices", "list")) == 2, "the second device")
        anna("devices", "revoke", "phone")
        assert tail.wait(30) == 4
        assert "device_revoked" in tail.stderr.read()
    assert second.run("whoami").returncode == 4


def test_who_signs_in_again_does_so_where_they_were_signed_in(people):
    anna, _, _ = people
    again = [word for word in anna.command("signin", "anna") if word not in ("--server", anna.server.url)]
    run = subprocess.run(again, capture_output=True, text=True, env=anna.environment(), timeout=60, check=False)
    assert run.returncode == 0 and anna.server.url in run.stdout, run.stderr


def test_people_contacts_and_blocks(people):
    anna, bert, _ = people
    anna("people", "add", "bert")
    assert [row["handle"] for row in anna.json("people", "contacts")] == ["bert"]
    assert [row["handle"] for row in anna.json("people", "find", "be")] == ["bert"]
    anna("people", "block", "bert")
    bert.refused("blocked", 1, "send", "anna", "why?")
    anna("people", "unblock", "bert")
    bert("send", "anna", "thanks")
    assert anna.json("people", "privacy", "--last-seen", "nobody")["last_seen"] == "nobody"
    anna.refused("account_unknown", 1, "people", "show", "nobody_here")


def test_signing_out_forgets_and_another_account_gets_nothing(people, tmp_path, server):
    anna, bert, _ = people
    bert("send", "anna", "secret words")
    anna("sync")
    anna("signout")
    assert not any(b"secret words" in file.read_bytes() for file in anna.directory.iterdir())
    anna.refused("signed_out", 4, "channels")
    server.kill()
    bert("send", "anna", "waits")
    server.start()
    (bert.directory / "credentials").unlink()
    done = bert.run("signin", "carla")
    assert (done.returncode, "outbox_waits" in done.stderr) == (1, True)
    bert("signin", "bert")
    bert("sync")
    anna("signin", "anna")
    assert texts(anna.json("history", "bert")) == ["secret words", "waits"]


def test_exit_codes_and_passwords(people, tmp_path, server):
    anna, _, _ = people
    assert anna.run("nonsense").returncode == 2
    assert anna.run("send").returncode == 2
    assert anna.run("--version").stdout.startswith("parley ")
    anna.refused("usage", 2, "delete-account")
    other = Terminal(tmp_path / "home", server, "new")
    other.refused("wrong_credentials", 1, "signin", "nobody_here")
    environment = {**other.environment(), "PARLEY_PASSWORD": ""}
    done = subprocess.run(other.command("signup", "dora", "--password-stdin"), input="a good password\n", text=True,
                          capture_output=True, env=environment, timeout=60)
    assert done.returncode == 0, done.stderr
    done = subprocess.run(other.command("passwd", "--password-stdin"), input="a good password\nanother password\n",
                          text=True, capture_output=True, env=environment, timeout=60)
    assert done.returncode == 0, done.stderr
    done = subprocess.run(other.command("delete-account", "--yes", "--password-stdin"), input="another password\n",
                          text=True, capture_output=True, env=environment, timeout=60)
    assert done.returncode == 0, done.stderr
