"""Messages and what is done to them, as both ends see it."""

import base64

import pytest

from e2e_client import Live, live_test, number, refusal, seq_of, text_of
from e2e_server import module_server, new_id, uuid_text  # noqa: F401

FAMILY = "👩🏽‍🚀👨‍👩‍👧"
SEVEN = "👨‍👩‍👧‍👦"  # one picture, seven code points


@pytest.fixture
def anna(server):
    return server.sign_up()


@pytest.fixture
def bert(server):
    return server.sign_up()


@pytest.fixture
def cara(server):
    return server.sign_up()


async def only_event(live, channel, seq):
    page = await live.history(channel, **{"from": seq, "to": seq})
    return page["events"][0]


@live_test()
async def test_text_arrives_as_it_was_written(server, anna, bert):
    assert len(SEVEN) == 7
    texts = ["hi", SEVEN, FAMILY, "e\u0301 stays two", "\u202edirection\u202c", "nul \u0000 inside", "a\r\n\tb", " ", "עברית",
             "<script>alert(1)</script>", "\\u0041 {\"json\":true}", "\U0010ffff"]
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.direct(bert)
        for text in texts:
            seq = await a.post(channel, text)
            assert text_of(await b.event_at(channel, seq)) == text
        stored = [text_of(event) for event in await b.whole_history(channel) if text_of(event) is not None]
        assert stored[-len(texts):] == texts


@live_test()
async def test_a_hundred_thousand_characters_come_as_a_preview_and_are_fetched(server, anna, bert):
    for text in ("x" * 100_000, "🦊" * 100_000):
        async with await Live.open(anna) as a, await Live.open(bert) as b:
            channel = await a.direct(bert)
            seq = await a.post(channel, text)
            for event in (await b.event_at(channel, seq), await only_event(b, channel, seq)):
                content = event["content"]
                assert content["preview"] and len(content["text"].encode()) <= 16384
                assert text.startswith(content["text"]) and len(content["text"]) > 4000
                # What the field tells is the size of the whole text in bytes.
                assert number(content["fullSize"]) == len(text.encode())
            whole = (await b.ask(getContent={"channelId": channel, "seq": seq}))["content"]
            assert text_of(whole) == text
            assert "preview" not in whole["content"]
            over_http = bert.call("GET", f"/v1/channels/{uuid_text(channel)}/events/{seq}")
            assert over_http["content"]["text"] == text


@live_test()
async def test_bytes_keep_their_type(server, anna, bert):
    data = bytes(range(256)) * 40
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.direct(bert)
        content = {"data": base64.b64encode(data).decode(), "type": "application/x-thing"}
        seq = number((await a.command(channel, post={"content": content}))["seq"])
        got = (await b.event_at(channel, seq))["content"]
        assert (base64.b64decode(got["data"]), got["type"]) == (data, content["type"])


@live_test()
async def test_an_event_says_who_from_where_and_under_which_id(server, anna, bert):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.direct(bert)
        send_id = new_id()
        outcome = await a.command(channel, send_id, post={"content": {"text": "x"}})
        for live in (a, b):
            header = (await live.event_at(channel, number(outcome["seq"])))["header"]
            assert (header["account"], header["device"], header["sendId"]) == (anna.account, anna.device, send_id)
            assert header["time"] == outcome["time"]


@live_test()
async def test_replies_forwards_and_mentions_are_told(server, anna, bert, cara):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.group(bert, cara)
        first = await a.post(channel, "who comes?")
        seq = await b.post(channel, "me, with Cara", replyTo=first, mentions=[cara.account, cara.account, bert.account])
        message = (await a.event_at(channel, seq))["header"]["message"]
        assert message == {"replyTo": str(first), "mentions": [cara.account]}
        seq = await b.post(channel, "a copy", forwarded=True)
        assert (await a.event_at(channel, seq))["header"]["message"] == {"forwarded": True}
        async with await Live.open(cara) as c:
            row = await c.row(channel)
            assert (row["unread"], row["unreadMentions"]) == ("3", "1")
        stranger = new_id()
        assert await refusal(b.command(channel, post={"content": {"text": "x"}, "mentions": [stranger]})) == "invalid_argument"


@live_test()
async def test_an_edit_shows_and_its_versions_stay_readable(server, anna, bert):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.direct(bert)
        seq = await a.post(channel, "helo")
        edits = [number((await a.command(channel, edit={"target": seq, "content": {"text": text}}))["seq"])
                 for text in ("hello", "hello!")]
        edited = await b.event_at(channel, edits[0])
        assert (edited["header"]["edited"]["target"], text_of(edited)) == (str(seq), "hello")
        event = await only_event(b, channel, seq)
        assert text_of(event) == "helo"
        assert event["annotation"]["current"]["text"] == "hello!"
        assert [number(one) for one in event["annotation"]["edits"]] == edits
        versions = (await b.ask(getVersions={"channelId": channel, "seq": seq}))["versions"]
        assert [text_of(one) for one in versions["events"]] == ["helo", "hello", "hello!"]
        assert await refusal(b.command(channel, edit={"target": seq, "content": {"text": "mine"}})) == "not_author"
        assert (await b.row(channel))["unread"] == "1", "an edit counts for nothing"


@live_test()
async def test_a_deletion_takes_the_content_and_its_versions_and_leaves_the_place(server, anna, bert):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.direct(bert)
        send_id = new_id()
        seq = await a.post(channel, "a mistake", send_id)
        await a.command(channel, edit={"target": seq, "content": {"text": "a worse mistake"}})
        await a.command(channel, react={"target": seq, "content": {"text": "🙈"}})
        assert await refusal(b.command(channel, delete={"targets": [seq]})) == "not_author"
        gone = await a.command(channel, delete={"targets": [seq]})
        assert (await b.event_at(channel, number(gone["seq"])))["header"]["deleted"]["targets"] == [str(seq)]
        history = await b.whole_history(channel)
        assert "mistake" not in str(history)
        assert "🙈" not in str(history), "what was said of it goes with it"
        event = next(one for one in history if seq_of(one) == seq)
        assert (event["contentState"], event["header"]["sendId"]) == ("CONTENT_STATE_DELETED", send_id)
        whole = (await b.ask(getContent={"channelId": channel, "seq": seq}))["content"]
        assert whole["contentState"] == "CONTENT_STATE_DELETED" and "content" not in whole
        versions = (await b.ask(getVersions={"channelId": channel, "seq": seq}))["versions"]
        assert "mistake" not in str(versions)
        for body in ({"edit": {"target": seq, "content": {"text": "x"}}}, {"react": {"target": seq, "content": {"text": "+"}}},
                     {"delete": {"targets": [seq]}}):
            assert await refusal(a.command(channel, **body)) == "target_deleted"
        # The id outlives the content: a retry does not bring it back.
        assert await a.post(channel, "a mistake", send_id) == seq
        assert (await b.row(channel))["unread"] == "1", "a deletion changes no total"


@live_test()
async def test_admins_delete_what_anybody_wrote(server, anna, bert, cara):
    async with await Live.open(anna) as a, await Live.open(bert) as b, await Live.open(cara) as c:
        channel = await a.group(bert, cara)
        seqs = [await b.post(channel, "spam"), await b.post(channel, "more spam")]
        assert await refusal(c.command(channel, delete={"targets": seqs})) == "not_author"
        await a.command(channel, delete={"targets": seqs})
        assert "spam" not in str(await c.whole_history(channel))


@live_test()
async def test_a_reaction_is_one_slot_for_each(server, anna, bert):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.direct(bert)
        seq = await a.post(channel, "cake?")
        await a.command(channel, react={"target": seq, "content": {"text": "👍"}})
        await b.command(channel, react={"target": seq, "content": {"text": "👍"}})
        told = number((await b.command(channel, react={"target": seq, "content": {"text": SEVEN}}))["seq"])
        event = await a.event_at(channel, told)
        assert event["header"]["reacted"] == {"target": str(seq)}
        assert event["content"] == {"text": SEVEN}
        reactions = (await only_event(a, channel, seq))["annotation"]["reactions"]
        assert {one["account"]: one["content"]["text"] for one in reactions} == {anna.account: "👍", bert.account: SEVEN}
        first = next(one for one in await a.whole_history(channel) if seq_of(one) == told - 1)
        assert "content" not in first and first["contentState"] == "CONTENT_STATE_DELETED", "replaced"
        await b.command(channel, react={"target": seq})
        reactions = (await only_event(a, channel, seq))["annotation"]["reactions"]
        assert [one["account"] for one in reactions] == [anna.account]


@live_test()
async def test_deleted_for_me_is_gone_on_all_my_devices_and_nowhere_else(server, anna, bert):
    phone = anna.another_device()
    async with await Live.open(anna) as a, await Live.open(phone) as other, await Live.open(bert) as b:
        channel = await a.direct(bert)
        seqs = [await b.post(channel, f"line {i}") for i in range(4)]
        await a.ask(hideMessages={"channelId": channel, "from": seqs[1], "to": seqs[2]})
        changed = await other.pushed("registersChanged", lambda body: body["channelId"] == channel)
        assert changed["registers"]["hidden"] == [{"from": str(seqs[1]), "to": str(seqs[2])}]
        for live in (a, other):
            states = {seq_of(event): event.get("contentState") for event in await live.whole_history(channel)}
            assert [states[seq] for seq in seqs] == [None, "CONTENT_STATE_HIDDEN", "CONTENT_STATE_HIDDEN", None]
            assert "line 1" not in str(await live.whole_history(channel))
        whole = (await a.ask(getContent={"channelId": channel, "seq": seqs[1]}))["content"]
        assert whole["contentState"] == "CONTENT_STATE_HIDDEN"
        assert "line 1" in str(await b.whole_history(channel))


@live_test()
async def test_an_encryption_epoch_is_held_to(server, anna, bert):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.group(bert)
        await a.command(channel, cryptoCommit={"epoch": 0, "content": {"data": "AQ==", "type": "x/y"}})
        committed = await b.event(channel, lambda event: "cryptoCommitted" in event["header"])
        assert committed["header"]["cryptoCommitted"]["epoch"] == "1"
        send_id = new_id()
        post = {"content": {"text": "sealed"}}
        assert await refusal(b.command(channel, send_id, post={**post, "cryptoEpoch": 7})) == "stale_epoch"
        # The refusal is not final: the same send_id may be used again.
        assert number((await b.command(channel, send_id, post={**post, "cryptoEpoch": 1}))["seq"]) == 3
        assert await refusal(b.command(channel, cryptoCommit={"epoch": 0})) == "stale_epoch"


@live_test()
async def test_history_pages_have_no_hole_whichever_way_they_go(server, anna, bert):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.direct(bert)
        for i in range(130):
            await a.post(channel, f"{i}")
        upwards = await b.whole_history(channel)
        assert [seq_of(event) for event in upwards] == list(range(1, 132))
        seqs, to = [], 0
        while True:
            page = await b.history(channel, to=to, limit=37)
            assert [seq_of(event) for event in page["events"]] == list(range(number(page["from"]), number(page["to"]) + 1))
            seqs = [seq_of(event) for event in page["events"]] + seqs
            if number(page["from"]) == 1:
                break
            to = number(page["from"]) - 1
        assert seqs == list(range(1, 132))


@live_test()
async def test_every_64th_event_carries_the_digest_pushed_and_in_a_page(server, anna, bert):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.direct(bert)
        for i in range(2, 129):
            await a.post(channel, f"{i}")
        pushed = {seq: (await b.event_at(channel, seq)).get("digest") for seq in (63, 64, 65, 128)}
        read = {seq_of(event): event["digest"] for event in await b.whole_history(channel) if "digest" in event}
        assert read == {seq: digest for seq, digest in pushed.items() if digest} and list(read) == [64, 128]
        row = (await b.row(channel))
        assert row["digest"] == read[128], "the row has it too, because the head is there"


@live_test()
async def test_a_page_ends_before_it_gets_heavy(server, anna, bert):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.direct(bert)
        for _ in range(30):
            await a.post(channel, "x" * 15000)
        page = await b.history(channel)
        assert 5 <= len(page["events"]) < 30
        assert number(page["to"]) == 31 and len(str(page)) < 400_000
