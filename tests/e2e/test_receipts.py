"""Sent, delivered, read: cursors, badges and ticks, on every device at once."""

import asyncio

import pytest

from e2e_client import Live, live_test, number, refusal
from e2e_server import module_server, new_id  # noqa: F401


@pytest.fixture
def anna(server):
    return server.sign_up()


@pytest.fixture
def bert(server):
    return server.sign_up()


@pytest.fixture
def cara(server):
    return server.sign_up()


async def receipts_of(live, channel, seq):
    found = (await live.ask(getReceipts={"channelId": channel, "seq": seq}))["receipts"]
    return {one["account"]: one for one in found.get("receipts", [])}


async def moved(live, channel, **floors):
    """Waits until all have received or read so far."""

    def reached(body):
        return body["channelId"] == channel and all(number(body.get(name)) >= seq for name, seq in floors.items())

    return await live.pushed("receiptsMoved", reached)


@live_test()
async def test_one_tick_two_ticks_blue_ticks(server, anna, bert):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.direct(bert)
        seq = await a.post(channel, "there?")
        row = await a.row(channel)
        assert number(row["deliveredByAll"]) < seq
        assert "deliveredAt" not in (await receipts_of(a, channel, seq))[bert.account]
        await b.ask(moveCursor={"channelId": channel, "delivered": seq})
        told = await moved(a, channel, deliveredByAll=seq)
        assert (number(told["deliveredByAll"]), number(told["readByAll"])) == (seq, 1)
        await b.ask(moveCursor={"channelId": channel, "read": seq})
        told = await moved(a, channel, readByAll=seq)
        assert (number(told["deliveredByAll"]), number(told["readByAll"])) == (seq, seq)
        receipt = (await receipts_of(a, channel, seq))[bert.account]
        assert number(receipt["readAt"]) >= number(receipt["deliveredAt"]) > 0


@live_test()
async def test_in_a_group_the_ticks_come_when_all_have_it_and_who_and_when_is_asked_for(server, anna, bert, cara):
    async with await Live.open(anna) as a, await Live.open(bert) as b, await Live.open(cara) as c:
        channel = await a.group(bert, cara)
        seq = await a.post(channel, "all?")
        await b.ask(moveCursor={"channelId": channel, "delivered": seq, "read": seq})
        assert number((await a.row(channel))["readByAll"]) < seq
        found = await receipts_of(a, channel, seq)
        assert "readAt" in found[bert.account] and "readAt" not in found[cara.account]
        assert anna.account not in found
        await c.ask(moveCursor={"channelId": channel, "delivered": seq})
        assert number((await moved(a, channel, deliveredByAll=seq)).get("readByAll")) < seq
        await c.ask(moveCursor={"channelId": channel, "read": seq})
        await moved(a, channel, readByAll=seq)


@live_test()
async def test_reading_on_one_device_clears_the_badge_on_the_others_at_once(server, anna, bert):
    phone = bert.another_device()
    async with await Live.open(anna) as a, await Live.open(bert) as b, await Live.open(phone) as other:
        channel = await a.direct(bert)
        seqs = [await a.post(channel, f"{i}") for i in range(3)]
        assert (await other.row(channel))["unread"] == "3"
        await b.ask(moveCursor={"channelId": channel, "read": seqs[1]})
        changed = await other.pushed("registersChanged", lambda body: body["channelId"] == channel)
        assert (number(changed["registers"]["read"]), changed["unread"]) == (seqs[1], "1")
        await b.ask(moveCursor={"channelId": channel, "read": seqs[2]})
        changed = await other.pushed("registersChanged", lambda body: body["channelId"] == channel)
        assert "unread" not in changed
        assert "unread" not in (await other.row(channel))


@live_test()
async def test_a_badge_is_arithmetic(server, anna, bert):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.group(bert)

        async def badge(live):
            row = await live.row(channel)
            return number(row.get("unread")), number(row.get("unreadMentions"))

        assert await badge(b) == (0, 0)
        first = await a.post(channel, "one", mentions=[bert.account])
        assert await badge(b) == (1, 1)
        await b.post(channel, "posting does not read")
        assert await badge(b) == (1, 1)
        await a.command(channel, edit={"target": first, "content": {"text": "uno"}})
        await a.command(channel, react={"target": first, "content": {"text": "+"}})
        assert await badge(b) == (1, 1)
        second = await a.post(channel, "two", mentions=[bert.account])
        await a.command(channel, delete={"targets": [second]})
        assert await badge(b) == (2, 2)
        await b.ask(moveCursor={"channelId": channel, "read": first})
        assert await badge(b) == (1, 1)
        await b.ask(moveCursor={"channelId": channel, "read": number((await b.row(channel))["head"])})
        assert await badge(b) == (0, 0)
        assert await badge(a) == (1, 0)


@live_test()
async def test_cursors_only_grow_and_never_beyond_the_head(server, anna, bert):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.direct(bert)
        seqs = [await a.post(channel, f"{i}") for i in range(3)]
        registers = (await b.ask(moveCursor={"channelId": channel, "read": seqs[2]}))["registers"]
        assert (number(registers["read"]), number(registers["delivered"])) == (seqs[2], seqs[2])
        registers = (await b.ask(moveCursor={"channelId": channel, "read": seqs[0], "delivered": seqs[0]}))["registers"]
        assert (number(registers["read"]), number(registers["delivered"])) == (seqs[2], seqs[2])
        assert await refusal(b.ask(moveCursor={"channelId": channel, "read": seqs[2] + 1})) == "seq_in_future"


@live_test()
async def test_a_cursor_far_back_counts_right(server, anna, bert):
    """The totals at a seq that is no longer in memory are read from the log."""
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.direct(bert)
        for i in range(300):
            await (a if i % 3 else b).post(channel, f"{i}")
        for read in (20, 150, 290):
            await b.ask(moveCursor={"channelId": channel, "read": read})
            events = await b.whole_history(channel)
            behind = sum(1 for event in events if number(event["header"]["seq"]) > read
                         and event["header"]["account"] == anna.account)
            assert number((await b.row(channel))["unread"]) == behind


@live_test()
async def test_who_hides_read_receipts_neither_shows_nor_sees_them(server, anna, bert, cara):
    async with await Live.open(anna) as a, await Live.open(bert) as b, await Live.open(cara) as c:
        channel = await a.group(bert, cara)
        before = await a.post(channel, "before")
        bert.call("PATCH", "/v1/account", {"readReceipts": False})
        assert "readReceipts" not in bert.call("GET", "/v1/account")["privacy"]
        while number((await b.row(channel)).get("readByAll")) != 0:
            pass  # the switch reaches the channels one by one
        seq = await a.post(channel, "who has read this?")
        await b.ask(moveCursor={"channelId": channel, "read": seq})
        found = await receipts_of(a, channel, seq)
        assert "read" not in found[bert.account] and "deliveredAt" in found[bert.account]
        assert number((await a.row(channel))["readByAll"]) < before
        await c.ask(moveCursor={"channelId": channel, "read": seq})
        # Of those who tell, all have read.
        assert number((await a.row(channel))["readByAll"]) == seq
        found = await receipts_of(b, channel, seq)
        assert all("read" not in one for one in found.values())
        assert "readByAll" not in (await b.row(channel))


@live_test()
async def test_mute_pin_archive_and_mark_unread_are_ones_own(server, anna, bert):
    phone = bert.another_device()
    async with await Live.open(anna) as a, await Live.open(bert) as b, await Live.open(phone) as other:
        channel = await a.direct(bert)
        seq = await a.post(channel, "x")
        wanted = {"pinned": True, "archived": True, "mutedUntil": -1, "markedUnread": True}
        await b.ask(setRegisters={"channelId": channel, **wanted})
        told = (await other.pushed("registersChanged", lambda body: body["channelId"] == channel))["registers"]
        assert (told["pinned"], told["archived"], told["mutedUntil"], told["markedUnread"]) == (True, True, "-1", True)
        mine = (await a.row(channel))["registers"]
        assert not {"pinned", "archived", "mutedUntil", "markedUnread"} & mine.keys()
        _, version = await other.inbox()
        await b.ask(setRegisters={"channelId": channel, "archived": False})
        changed, _ = await other.inbox(version)
        assert list(changed) == [channel]
        registers = changed[channel]["registers"]
        assert "archived" not in registers and registers["pinned"]
        registers = (await b.ask(moveCursor={"channelId": channel, "read": seq}))["registers"]
        assert "markedUnread" not in registers, "reading takes the mark away"


@live_test()
async def test_a_cursor_sent_ahead_of_its_message_counts_right_or_is_refused(server, anna, bert):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.direct(bert)
        for i in range(3):
            await a.post(channel, f"{i}")
        for _ in range(10):
            head = number((await b.row(channel))["head"])
            posts = [await a.start(command={"channelId": channel, "sendId": new_id(), "post": {"content": {"text": "x"}}})
                     for _ in range(20)]
            moves = [await b.start(moveCursor={"channelId": channel, "read": head + 1 + i}) for i in range(20)]
            await asyncio.gather(*posts, *moves)
            row = await b.row(channel)
            assert number(row.get("unread")) == number(row["head"]) - number(row["registers"]["read"])
