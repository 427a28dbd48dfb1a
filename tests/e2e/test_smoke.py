"""The shortest way through everything: two people meet, chat, the server restarts, and nothing is missing."""

from e2e_client import Live, live_test, number, seq_of, text_of
from e2e_server import Server, new_id, uuid_text


@live_test()
async def test_two_people_chat_and_find_everything_after_a_restart(tmp_path):
    with Server(tmp_path / "data") as server:
        anna, bert = server.sign_up("anna"), server.sign_up("bert")
        async with await Live.open(anna) as a, await Live.open(bert) as b:
            channel = await a.direct(bert)
            assert await b.direct(anna) == channel
            send_id = new_id()
            seq = await a.post(channel, "Hello, Bert!", send_id)
            for live in (a, b):
                event = await live.event_at(channel, seq)
                assert text_of(event) == "Hello, Bert!"
                assert event["header"]["account"] == anna.account
            row = (await b.inbox())[0][channel]
            assert (number(row.get("unread")), number(row["head"])) == (1, seq)
            registers = (await b.ask(moveCursor={"channelId": channel, "delivered": seq, "read": seq}))["registers"]
            assert number(registers["read"]) == seq
            await a.pushed("receiptsMoved", lambda floors: number(floors.get("readByAll")) == seq)
            version = (await b.inbox())[1]
            resume = b.welcome["resumeToken"]

        outcome = bert.command(channel, post={"content": {"text": "Over HTTP"}, "replyTo": seq})
        assert number(outcome["seq"]) == seq + 1
        history = bert.call("GET", f"/v1/channels/{uuid_text(channel)}/history?from={seq}")
        assert [text_of(event) for event in history["events"]] == ["Hello, Bert!", "Over HTTP"]

        assert server.stop() == 0
        server.start()
        async with await Live.open(bert, resume=resume) as b:
            rows, _ = await b.inbox(version)
            assert number(rows[channel]["head"]) == seq + 1
            assert "unread" not in rows[channel]
        async with await Live.open(anna) as a:
            assert await a.post(channel, "the same again", send_id) == seq, "a retry happened twice"
            events = await a.whole_history(channel)
            assert [seq_of(event) for event in events] == [1, 2, 3]


def test_sync_brings_a_phone_up_to_date_in_one_call(tmp_path):
    with Server(tmp_path / "data") as server:
        anna, bert = server.sign_up(), server.sign_up()
        outcome = anna.call("POST", "/v1/channels", {
            "sendId": new_id(), "createChannel": {"kind": "CHANNEL_KIND_DIRECT", "peer": bert.account}})
        channel = outcome["channelId"]
        first = bert.call("POST", "/v1/sync", {"historyForTop": 3})
        # One's own channels come a moment after signing up, so they may stand in any of the answers.
        assert channel in [row["channelId"] for row in first["inbox"]["rows"]]
        anna.command(channel, post={"content": {"text": "wake up"}})
        second = bert.call("POST", "/v1/sync", {"version": first["inbox"]["version"], "historyForTop": 3})
        assert channel in [row["channelId"] for row in second["inbox"]["rows"]]
        history = next(one for one in second["histories"] if one["channelId"] == channel)
        assert text_of(history["events"][-1]) == "wake up"
        third = bert.call("POST", "/v1/sync", {"version": second["inbox"]["version"], "historyForTop": 3})
        assert channel not in [row["channelId"] for row in third["inbox"].get("rows", [])]
