"""parleyd as an operator meets it: settings, what it prints, verify, and who may see what."""

import json
import os
import random
import shutil
import sqlite3
import stat
import subprocess

import pytest

from e2e_client import Live, live_test
from e2e_server import BIN, PASSWORD, ROOT, Refused, Server, limits, new_id, uuid_text, wait_until

SEED = int(os.environ.get("PARLEY_SEED", random.randrange(1 << 31)))


def parleyd(*arguments, env=None, cwd=None):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
    return subprocess.run([str(BIN / "parleyd"), *map(str, arguments)], capture_output=True, text=True, timeout=60,
                          env={**environment, **(env or {})}, cwd=cwd)


# ---- settings --------------------------------------------------------------------------------------------------------


def test_settings_come_from_file_environment_and_flags_in_rising_strength(tmp_path):
    (tmp_path / "parley.toml").write_text('sign_up = "closed"\nowners = 3\n[limits]\ngroup_members = 50\n')
    run = parleyd("--print-config", "--owners", "5", "--limit", "typing_ms=4000", cwd=tmp_path,
                  env={"PARLEY_OWNERS": "4", "PARLEY_LOG_FORMAT": "json"})
    assert run.returncode == 0, run.stderr
    lines = dict(line.split(" = ", 1) for line in run.stdout.splitlines() if " = " in line)
    assert lines["sign_up"].split() == ['"closed"', "#", "./parley.toml:1"]
    assert lines["owners"].split() == ["5", "#", "--owners"]
    assert lines["format"].split() == ['"json"', "#", "PARLEY_LOG_FORMAT"]
    assert lines["group_members"].split() == ["50", "#", "./parley.toml:4"]
    assert lines["typing_ms"].split() == ["4000", "#", "--limit"]
    assert lines["data"].split() == ['"./data"', "#", "default"]


def test_a_flag_takes_one_word_and_no_command_is_taken_for_a_directory(tmp_path):
    for words in (["verify", "a"], ["status"]):
        run = parleyd("--data", tmp_path / "data", *words, cwd=tmp_path)
        assert run.returncode == 2 and words[0] in run.stderr, run.stderr
    assert parleyd("--limit", "typing_ms=4000", "x", cwd=tmp_path).returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_what_is_printed_is_a_file_that_does_the_same(tmp_path):
    first = parleyd("--print-config", "--listen", "127.0.0.1:1", "--web-origins", "https://a.example", cwd=tmp_path)
    (tmp_path / "copy.toml").write_text(first.stdout)
    second = parleyd("--print-config", "--config", tmp_path / "copy.toml", cwd=tmp_path)
    assert second.returncode == 0, second.stderr
    values = [[line.partition("  #")[0].rstrip() for line in run.stdout.splitlines()] for run in (first, second)]
    assert values[0] == values[1]


@pytest.mark.parametrize("arguments, env, words", [
    (["--owners", "many"], {}, ["--owners", "whole number"]),
    (["--limit", "group_members=1001"], {}, ["--limit", "group_members", "1000"]),
    (["--limit", "group_member=7"], {}, ["--limit", "group_members"]),
    (["--limit", "group_members"], {}, ["NAME=VALUE"]),
    ([], {"PARLEY_SIGN_UP": "maybe"}, ["PARLEY_SIGN_UP", "open, invitation, closed"]),
    (["--tls-key", "key.pem"], {}, ["--tls-key", "certificate"]),
    (["--config", "/nowhere/parley.toml"], {}, ["/nowhere/parley.toml"]),
    (["--no-such-flag"], {}, ["--no-such-flag", "--help"]),
])
def test_a_wrong_setting_is_named_with_its_source(tmp_path, arguments, env, words):
    run = parleyd("--print-config", *arguments, env=env, cwd=tmp_path)
    assert run.returncode == 2 and run.stdout == ""
    for word in words:
        assert word in run.stderr


def test_every_setting_is_documented(tmp_path):
    run = parleyd("--print-config", cwd=tmp_path)
    documented = (ROOT / "docs" / "operations.md").read_text()
    table = ""
    for line in run.stdout.splitlines():
        if line.startswith("["):
            table = line.strip("[]") + "."
        elif line and table != "limits.":
            assert f"`{table}{line.partition(' ')[0]}`" in documented, line


def test_help_and_version_are_told():
    run = parleyd("--help")
    assert run.returncode == 0 and "--listen" in run.stdout and "SIGHUP" in run.stdout
    run = parleyd("--version")
    assert run.returncode == 0 and run.stdout.startswith("parleyd ")


def test_the_data_is_readable_by_its_owner_alone(tmp_path):
    with Server(tmp_path / "data") as server:
        server.sign_up()
        for at in [server.data, *server.data.rglob("*")]:
            assert stat.S_IMODE(at.stat().st_mode) & 0o077 == 0, at


def test_a_missing_certificate_is_told(tmp_path):
    run = parleyd("--data", tmp_path / "data", "--listen", "127.0.0.1:0", "--tls-certificate", "/nowhere/c.pem",
                  "--tls-key", "/nowhere/k.pem")
    assert run.returncode == 1 and "/nowhere/c.pem" in run.stderr


# ---- who may come in, and what they may see --------------------------------------------------------------------------


def refused(call, *arguments):
    with pytest.raises(Refused) as caught:
        call(*arguments)
    return caught.value.name


def test_sign_up_can_be_closed_or_need_an_invitation(tmp_path):
    with Server(tmp_path / "data") as server:
        anna = server.sign_up()
        assert server.stop() == 0
        server.arguments += ["--sign-up", "invitation"]
        server.start()
        assert refused(server.sign_up) == "invitation_needed"
        invitation = anna.call("POST", "/v1/sign-up-invitations")["invitation"]
        server.sign_up(invitation=invitation)
        assert refused(lambda: server.sign_up(invitation=invitation)) == "invitation_needed"
        assert server.stop() == 0
        server.arguments[-1] = "closed"
        server.start()
        assert refused(server.sign_up) == "signup_closed"


def test_wrong_passwords_are_slowed_and_say_when_to_come_back(tmp_path):
    with Server(tmp_path / "data", "--limit", "signin_failures=3") as server:
        anna, bert = server.sign_up(), server.sign_up()
        answers = [server.request("POST", "/v1/auth/sign-in", {"handle": anna.handle, "password": "guess"})
                   for _ in range(4)]
        assert [status for status, _, _ in answers] == [401, 401, 401, 429]
        assert int(answers[-1][1]["Retry-After"]) > 0
        assert json.loads(answers[-1][2])["error"]["name"] == "too_many_requests"
        assert bert.call("GET", "/v1/account")["profile"]["handle"] == bert.handle


def test_a_proxy_on_this_machine_tells_addresses_only_where_it_is_believed(tmp_path):
    def guess(server, person, address):
        status, _, _ = server.request("POST", "/v1/auth/sign-in", {"handle": person.handle, "password": "guess"}, None,
                                      {"X-Forwarded-For": f"10.0.0.1, {address}"})
        return status

    with Server(tmp_path / "data", "--limit", "signin_failures=2", "--trusted-proxies", "127.0.0.1") as server:
        anna = server.sign_up()
        assert [guess(server, anna, "192.0.2.1") for _ in range(3)] == [401, 401, 429]
        assert guess(server, anna, "192.0.2.2") == 401
        assert server.request("GET", "/metrics", None, None, {"X-Forwarded-For": "192.0.2.1"})[0] == 403
        assert server.request("GET", "/metrics")[0] == 200


@live_test()
async def test_sessions_of_a_revoked_device_end_at_once_and_the_others_are_told(tmp_path):
    with Server(tmp_path / "data") as server:
        anna = server.sign_up()
        lost = anna.another_device(deviceName="lost phone")
        async with await Live.open(anna) as kept, await Live.open(lost) as gone:
            anna.call("DELETE", f"/v1/devices/{uuid_text(lost.device)}")
            assert (await gone.closed())[0] == 4012
            await kept.pushed("events", lambda events: any(
                event["header"].get("noted", {}).get("what") == "devices" for event in events["events"]))
            anna.call("PATCH", "/v1/account", {"about": "told to my devices"})
            await kept.pushed("events", lambda events: any(
                event["header"].get("noted", {}).get("what") == "profile" for event in events["events"]))
        assert refused(lost.call, "GET", "/v1/account") == "device_revoked"
        assert refused(server.call, "POST", "/v1/auth/refresh", {"refreshToken": lost.refresh_token}) == "device_revoked"


def test_people_of_shared_groups_are_found_by_prefix_and_strangers_are_not(tmp_path):
    with Server(tmp_path / "data") as server:
        anna, cara = server.sign_up("anna"), server.sign_up("cara.of.the.group")
        server.sign_up("cara.the.stranger")
        anna.call("POST", "/v1/channels", {"channelId": new_id(), "sendId": new_id(), "createChannel": {
            "kind": "CHANNEL_KIND_GROUP", "title": "Walks", "members": [cara.account]}})
        found = anna.call("GET", "/v1/people?prefix=cara")
        assert [person["handle"] for person in found["people"]] == ["cara.of.the.group"]
        found = anna.call("GET", "/v1/people?handle=cara.the.stranger")
        assert [person["handle"] for person in found["people"]] == ["cara.the.stranger"]


# ---- verify ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A data directory whose events lie in files (a log is only that of the last start)."""
    with Server(tmp_path_factory.mktemp("verify") / "data") as server:
        anna, bert = server.sign_up(), server.sign_up()
        group = new_id()
        anna.call("POST", "/v1/channels", {"channelId": group, "sendId": new_id(), "createChannel": {
            "kind": "CHANNEL_KIND_GROUP", "title": "Walks", "members": [bert.account]}})
        for i in range(150):
            anna.command(group, post={"content": {"text": f"words {i} " * 5}})
        bert.command(group, react={"target": 10, "content": {"text": "👍"}})
        anna.command(group, edit={"target": 11, "content": {"text": "better words"}})
        anna.command(group, delete={"targets": ["11", "12"]})
        running = parleyd("--verify", server.data, "--json")
        assert running.returncode == 0, "a store that is in use can be verified"
        for _ in range(2):
            assert server.stop() == 0
            server.start()
        assert server.stop() == 0
        yield server.data


def test_a_sound_store_is_clean(store):
    run = parleyd("--verify", store, "--json")
    report = json.loads(run.stdout)
    assert run.returncode == 0 and report["clean"] and report["messages"] == 150 and report["damage"] == []
    run = parleyd("--verify", store)
    assert run.returncode == 0 and "all is well" in run.stdout


def test_no_flipped_bit_goes_unnoticed(store, tmp_path):
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    files = sorted(at for at in (store / "channels").iterdir() if at.suffix in (".sst", ".log") and at.stat().st_size)
    assert any(at.suffix == ".sst" for at in files)
    for number in range(25):
        copy = tmp_path / str(number)
        shutil.copytree(store, copy)
        at = copy / "channels" / chance.choice(files).name
        raw = bytearray(at.read_bytes())
        where, bit = chance.randrange(len(raw)), chance.randrange(8)
        raw[where] ^= 1 << bit
        at.write_bytes(raw)
        run = parleyd("--verify", copy)
        assert run.returncode in (1, 2), f"bit {bit} of byte {where} of {at.name}: {run.stdout}"
        assert "DAMAGED" in run.stdout if run.returncode == 1 else "cannot open" in run.stderr
        shutil.rmtree(copy)


def test_a_flipped_bit_where_no_block_is_does_not_go_unnoticed(store, tmp_path):
    table = min(at for at in (store / "channels").iterdir() if at.suffix == ".sst")
    for from_end in (9, 10, 25, 40):  # of the footer: its version, and the room that it leaves
        copy = tmp_path / str(from_end)
        shutil.copytree(store, copy)
        raw = bytearray(table.read_bytes())
        raw[-from_end] ^= 0x80
        (copy / "channels" / table.name).write_bytes(raw)
        assert parleyd("--verify", copy).returncode in (1, 2), from_end


def people_of(store, tmp_path, name):
    copy = tmp_path / name
    shutil.copytree(store, copy)
    return copy, sqlite3.connect(copy / "people.sqlite")


def test_damage_to_the_database_of_people_is_found(store, tmp_path):
    copy, people = people_of(store, tmp_path, "keys")
    people.execute("DELETE FROM accounts WHERE id = (SELECT MIN(id) FROM accounts)")  # foreign keys are off here
    people.commit()
    people.close()
    run = parleyd("--verify", copy)
    assert run.returncode == 1
    assert "points at a row of accounts that is not there" in run.stdout
    assert "is a member of channels, but is not in people.sqlite" in run.stdout

    copy, people = people_of(store, tmp_path, "pages")
    size = people.execute("PRAGMA page_size").fetchone()[0]
    pages = dict(people.execute("SELECT name, rootpage FROM sqlite_master WHERE rootpage > 0"))
    people.close()
    sound = (copy / "people.sqlite").read_bytes()
    assert len(pages) > 10 and parleyd("--verify", copy).returncode == 0
    for name, page in pages.items():
        raw = bytearray(sound)
        raw[(page - 1) * size:page * size] = random.Random(page).randbytes(size)
        (copy / "people.sqlite").write_bytes(raw)
        run = parleyd("--verify", copy, "--json")
        assert run.returncode == 1 and not json.loads(run.stdout)["clean"], name


def test_a_store_that_is_not_there_cannot_be_verified(tmp_path):
    run = parleyd("--verify", tmp_path / "nothing")
    assert run.returncode == 2 and "nothing" in run.stderr
    assert not (tmp_path / "nothing").exists()


def test_a_compacted_store_holds_what_it_held(store, tmp_path):
    shutil.copytree(store, tmp_path / "copy")
    before = json.loads(parleyd("--verify", store, "--json").stdout)
    run = parleyd("--compact", tmp_path / "copy")
    assert run.returncode == 0 and "bytes before" in run.stdout, run.stderr
    after = json.loads(parleyd("--verify", tmp_path / "copy", "--json").stdout)
    assert {**after, "data": ""} == {**before, "data": ""}


def test_a_store_that_is_not_there_or_in_use_cannot_be_compacted(tmp_path):
    assert parleyd("--compact", tmp_path / "nothing").returncode == 2
    assert not (tmp_path / "nothing").exists()
    with Server(tmp_path / "data") as server:
        run = parleyd("--compact", server.data)
        assert run.returncode == 2 and "another process" in run.stderr


def test_deleted_accounts_leave_a_clean_store(tmp_path):
    # However few messages a device may delete at once.
    with Server(tmp_path / "data", *limits(targets_per_delete=1)) as server:
        anna, bert = server.sign_up(), server.sign_up()
        group = new_id()
        anna.call("POST", "/v1/channels", {"channelId": group, "sendId": new_id(), "createChannel": {
            "kind": "CHANNEL_KIND_GROUP", "title": "Walks", "members": [bert.account]}})
        for i in range(5):
            bert.command(group, post={"content": {"text": f"to be erased {i}"}})
        bert.call("DELETE", "/v1/account", {"password": PASSWORD, "erase": True})

        def erased():
            events = anna.call("GET", f"/v1/channels/{uuid_text(group)}/history")["events"]
            return "to be erased" not in json.dumps(events) and len(events) > 6

        wait_until(erased, "what was written is gone and the member has left")
        assert refused(bert.call, "GET", "/v1/account") == "device_revoked"
        assert server.stop() == 0
        report = json.loads(parleyd("--verify", server.data, "--json").stdout)
        assert report["clean"], report
