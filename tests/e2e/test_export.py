"""Exports and imports: a person's own, and a whole store there and back."""

import base64
import gzip
import json
import os
import random
import shutil
import threading

import pytest

from e2e_server import Server, new_id, uuid_text
from test_backup import Home, last_line, parley

EMOJI = "👩‍👩‍👧‍👦🏳️‍🌈é\u0000\u2028\"\\"


def lines_of(text):
    return [json.loads(line) for line in text.splitlines()]


def of_kind(lines, kind):
    return [line[kind] for line in lines if kind in line]


@pytest.fixture(scope="module", name="stopped")
def stopped_server(tmp_path_factory):
    """A store with a bit of everything, stopped."""
    draw = random.Random(7)
    with Server(tmp_path_factory.mktemp("export") / "data") as server:
        anna, bert, cara, dora = (server.sign_up(name, displayName=f"{name} ☀") for name in ("anna", "bert", "cara", "dora"))
        group = new_id()
        anna.call("POST", "/v1/channels", {"channelId": group, "sendId": new_id(), "createChannel": {
            "kind": "CHANNEL_KIND_GROUP", "title": "Walks ⛰", "members": [bert.account, cara.account]}})
        for i in range(150):
            who = draw.choice((anna, bert))
            words = "".join(draw.choice("aé漢👍\n ") for _ in range(draw.randrange(1, 60)))
            who.command(group, post={"content": {"text": words}, "mentions": [cara.account] if i % 9 == 0 else []})
        anna.command(group, post={"content": {"text": "x" * 99_990 + "👍" * 10}})
        anna.command(group, post={"content": {"text": EMOJI.replace("\u0000", "")}})
        anna.command(group, post={"content": {"data": base64.b64encode(bytes(range(256))).decode(), "type": "image/x"}})
        mine = [event for event in range(2, 150)]
        for seq in mine[:40]:
            for who in (anna, bert):
                try:
                    who.command(group, edit={"target": seq, "content": {"text": f"better {seq}"}})
                    who.command(group, delete={"targets": [seq]} if seq % 3 == 0 else {"targets": [999_999]})
                except Exception:  # not the author, or no such message: refusals are outcomes too
                    pass
        bert.command(group, react={"target": 60, "content": {"text": "👍"}})
        anna.command(group, react={"target": 60, "content": {"text": "🎉"}})
        anna.command(group, react={"target": 60, "content": {"text": "❤️"}})
        cara.command(group, leave={})
        anna.call("PUT", f"/v1/contacts/{uuid_text(bert.account)}")
        bert.call("PUT", f"/v1/blocks/{uuid_text(dora.account)}")
        server.retry = new_id()
        server.outcome = anna.command(group, send_id=server.retry, post={"content": {"text": "once"}})
        server.anna, server.bert, server.group = anna, bert, group
        assert server.stop() == 0
        yield server


def test_an_export_of_an_import_of_an_export_is_the_export(stopped, tmp_path):
    first = parley("export", stopped.data).stdout
    (tmp_path / "all.jsonl").write_text(first)
    made = last_line(parley("import", tmp_path / "all.jsonl", tmp_path / "data", "--json"))["imported"]
    assert made["accounts"] == made["without_password"] == 4 and made["new_chains"] == 0
    assert parley("export", tmp_path / "data").stdout == first
    assert json.loads(parley("--json", "verify", tmp_path / "data").stdout)["clean"]
    lines = lines_of(first)
    assert list(lines[0]) == ["begin"] and list(lines[-1]) == ["end"]
    assert "passwordHash" not in first and not of_kind(lines, "damaged")
    texts = [event["content"].get("text", "") for event in of_kind(lines, "event") if "content" in event]
    assert any(len(text) == 100_000 for text in texts) and EMOJI.replace("\u0000", "") in texts
    assert any("contentHash" in event for event in of_kind(lines, "event")), "deletions stay provable"


def test_with_credentials_people_sign_in_and_go_on_where_they_were(stopped, tmp_path):
    secret = parley("export", stopped.data, "--with-credentials").stdout
    (tmp_path / "all.jsonl").write_text(secret)
    made = last_line(parley("import", tmp_path / "all.jsonl", tmp_path / "data", "--json"))["imported"]
    assert made["without_password"] == 0
    assert parley("export", tmp_path / "data", "--with-credentials").stdout == secret
    with Server(tmp_path / "data") as server:
        stopped.anna.server = server
        anna = stopped.anna.another_device()
        again = anna.command(stopped.group, send_id=stopped.retry, post={"content": {"text": "something else"}})
        assert again == stopped.outcome, "a retry gets its old outcome"
        new = anna.command(stopped.group, post={"content": {"text": "goes on"}})
        assert int(new["seq"]) == int(stopped.outcome["seq"]) + 1
        assert server.stop() == 0
    assert json.loads(parley("--json", "verify", tmp_path / "data").stdout)["clean"]


def test_without_salts_the_chain_is_made_anew_and_sound(stopped, tmp_path):
    lines = lines_of(parley("export", stopped.data).stdout)
    for event in of_kind(lines, "event"):
        event.pop("salt", None)
    (tmp_path / "all.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    run = parley("import", tmp_path / "all.jsonl", tmp_path / "data")
    assert "made anew" in run.stdout
    assert json.loads(parley("--json", "verify", tmp_path / "data").stdout)["clean"]


@pytest.mark.parametrize("change, words", [
    (lambda lines: lines[:-1], "cut short"),
    (lambda lines: [line for line in lines if '"seq":"70"' not in line], "what is missing"),
    (lambda lines: lines[:1] + ['{"damaged":{"what":"people"}}'] + lines[1:], "parley repair"),
    (lambda lines: lines[1:], "no export"),
    (lambda lines: lines[:3] + ["{"] + lines[3:], "line 4"),
])
def test_a_file_that_is_not_whole_is_refused_and_nothing_is_left(stopped, tmp_path, change, words):
    lines = parley("export", stopped.data).stdout.splitlines()
    (tmp_path / "all.jsonl").write_text("".join(line + "\n" for line in change(lines)))
    run = parley("import", tmp_path / "all.jsonl", tmp_path / "data", check=2)
    assert words in run.stderr, run.stderr
    assert not (tmp_path / "data").exists()
    shutil.copytree(stopped.data, tmp_path / "full")
    parley("import", tmp_path / "all.jsonl", tmp_path / "full", "--yes", check=2)
    assert json.loads(parley("--json", "verify", tmp_path / "full").stdout)["messages"] > 100, "what was there is there"


def test_an_export_is_read_from_a_pipe_and_a_compressed_one_is_called_so(stopped, tmp_path):
    whole = parley("export", stopped.data).stdout
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(whole,))
    writer.start()
    parley("import", pipe, tmp_path / "data")
    writer.join()
    assert parley("export", tmp_path / "data").stdout == whole
    (tmp_path / "all.jsonl.gz").write_bytes(gzip.compress(whole.encode()))
    assert "zcat" in parley("import", tmp_path / "all.jsonl.gz", tmp_path / "new", check=2).stderr
    assert "No such file" in parley("import", tmp_path / "nothing", tmp_path / "new", check=2).stderr
    assert not (tmp_path / "new").exists()


def copy_in_files(stopped, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(stopped.data, data)
    for _ in range(2):  # what lies in the log goes into table files
        with Server(data) as server:
            assert server.stop() == 0
    return data


def damage(data):
    table = max((data / "channels").glob("*.sst"), key=lambda path: path.stat().st_size)
    content = bytearray(table.read_bytes())
    content[len(content) // 3] ^= 0x10
    table.write_bytes(content)


def test_what_a_damaged_store_still_has_is_exported(stopped, tmp_path):
    data = copy_in_files(stopped, tmp_path)
    whole = of_kind(lines_of(parley("export", data).stdout), "event")
    damage(data)
    run = parley("export", data, check=1)
    lines = lines_of(run.stdout)
    damaged = of_kind(lines, "damaged")
    assert damaged and all("what" in one for one in damaged) and any("channel" in one for one in damaged)
    left = of_kind(lines, "event")
    assert 0 < len(left) < len(whole) and all(event in whole for event in left)
    missing = sum(int(one.get("to", one["seq"])) - int(one["seq"]) + 1 for one in damaged if "seq" in one)
    assert len(left) + missing == len(whole), "what is not there is named"
    places = "place" if len(damaged) == 1 else "places"
    assert of_kind(lines, "end")[0]["damaged"] == str(len(damaged))
    assert f"DAMAGED in {len(damaged)} {places}, " in run.stderr


def test_a_damaged_store_goes_through_repair_and_export_into_a_sound_one(stopped, tmp_path):
    data = copy_in_files(stopped, tmp_path)
    damage(data)
    parley("repair", data, "--yes")
    repaired = json.loads(parley("--json", "verify", data).stdout)
    assert repaired["clean"] and repaired["lost"] > 0
    first = parley("export", data).stdout
    lines = lines_of(first)
    lost = of_kind(lines, "lost")
    assert len(lost) == repaired["lost"] and not of_kind(lines, "damaged") and all("why" in one["lost"] for one in lost)
    (tmp_path / "all.jsonl").write_text(first)
    made = last_line(parley("import", tmp_path / "all.jsonl", tmp_path / "made", "--json"))["imported"]
    assert made["new_chains"] == 0
    again = json.loads(parley("--json", "verify", tmp_path / "made").stdout)
    assert again["clean"] and again["lost"] == repaired["lost"], again
    assert parley("export", tmp_path / "made").stdout == first


def test_people_export_what_is_theirs(tmp_path):
    with Server(tmp_path / "data") as server:
        anna, bert = Home(tmp_path / "anna", server, "anna"), Home(tmp_path / "bert", server, "bert")
        for person in (anna, bert):
            person("signup", person.handle)
        for i in range(120):  # more than a page
            if i % 40 == 0:
                bert("send", "anna", f"bert {i}")
        anna("send", "bert", "to bert " + "x" * 40_000)
        lines = lines_of(anna("export").stdout)
        assert lines[0]["account"]["profile"]["handle"] == "anna"
        texts = [event.get("content", {}).get("text", "") for event in of_kind(lines, "event")]
        assert "bert 80" in texts and any(len(text) == 40_008 for text in texts)
        assert not of_kind(lines, "next") and not of_kind(lines, "events")
        running = parley("export", server.data)
        assert of_kind(lines_of(running.stdout), "end"), "a store in use can be exported"
