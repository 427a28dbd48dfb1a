"""Devices that come and go: resume, catch-up, heads only, open channels, sync, and clients that do not read."""

import asyncio
import json
import random

import pytest

from e2e_client import GROUP, Live, live_test, number, refusal, seq_of, text_of
from e2e_raw import TEXT, Raw, frame
from e2e_server import Refused, Server, limits, module_server, new_id, wait_until  # noqa: F401

SEED = random.SystemRandom().randrange(1 << 32)


@pytest.fixture
def anna(server):
    return server.sign_up()


@pytest.fixture
def bert(server):
    return server.sign_up()


class Device:
    """What a client keeps: the events it has, by channel and seq, and the inbox version. Catches up as docs/protocol.md
    says."""

    def __init__(self, person, channel):
        self.person, self.channel = person, channel
        self.events = {}
        self.version = None
        self.resume = None
        self.live = None

    def take(self, event):
        seq = seq_of(event)
        known = self.events.setdefault(seq, event)
        assert known["header"] == event["header"], f"two events at seq {seq}"

    async def connect(self):
        self.live = await Live.open(self.person, resume=self.resume)
        self.resume = self.live.welcome["resumeToken"]
        rows, self.version = await self.live.inbox(self.version)
        if self.channel in rows:
            await self.fill(number(rows[self.channel]["head"]))

    async def fill(self, head):
        """Fetches every gap up to `head`."""
        at = 1
        while at <= head:
            if at in self.events:
                at += 1
                continue
            page = await self.live.history(self.channel, **{"from": at, "to": head, "oldestFirst": True})
            for event in page.get("events", []):
                self.take(event)
            at = number(page["to"]) + 1

    async def see(self, seq):
        """Waits until the event at `seq` has come live, and leaves all of them in place."""

        def is_there():
            return any(seq_of(event) >= seq for frame in self.live.pushes if "events" in frame
                       and frame["events"]["channelId"] == self.channel for event in frame["events"]["events"])

        while seq > max(self.events) and not is_there():
            await asyncio.sleep(0)

    def take_pushes(self):
        """Events that came live since; none of them twice on one connection."""
        live = [event for frame in self.live.pushes if frame.get("events", {}).get("channelId") == self.channel
                for event in frame["events"]["events"]]
        seqs = [seq_of(event) for event in live]
        assert seqs == sorted(set(seqs)), "an event came twice, or out of order"
        for event in live:
            self.take(event)
        self.live.pushes.clear()
        # What was fetched and what came live since fit together: nothing fell between hello and the inbox.
        assert sorted(self.events) == list(range(1, max(self.events) + 1))


@live_test(deadline=90)
async def test_a_device_that_is_cut_off_again_and_again_misses_nothing(server):
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    writers = [server.sign_up() for _ in range(3)]
    reader = server.sign_up()
    lives = [await Live.open(person) for person in writers]
    channel = await lives[0].group(*writers[1:], reader)
    device = Device(reader, channel)
    done = asyncio.Event()

    async def write(live):
        sent = 0
        while not done.is_set():
            await asyncio.gather(*(live.post(channel, f"{live.person.handle} {sent + i}") for i in range(8)))
            sent += 8
        return sent

    writing = [asyncio.create_task(write(live)) for live in lives]
    for _ in range(30):
        await device.connect()
        await device.see(max(device.events) + chance.randint(0, 60))
        if chance.random() < 0.5:
            device.live.pushes.clear()  # it was cut before it had written them down
        else:
            device.take_pushes()
        device.live.cut()
        await device.live.close()
    done.set()
    sent = sum(await asyncio.gather(*writing))
    await device.connect()
    head = number((await device.live.row(channel))["head"])
    device.take_pushes()
    await device.fill(head)
    assert sorted(device.events) == list(range(1, head + 1))
    assert head == sent + 1
    texts = [text_of(event) for event in device.events.values() if text_of(event)]
    assert len(texts) == len(set(texts)) == sent
    for live in [*lives, device.live]:
        await live.close()


@live_test()
async def test_what_is_posted_while_hello_is_answered_is_not_lost(server, anna, bert):
    async with await Live.open(anna) as a:
        channel = await a.direct(bert)
        for i in range(20):
            posting = asyncio.create_task(a.post(channel, f"{i}"))
            b = await Live.open(bert)
            rows, _ = await b.inbox()
            seq = await posting
            if number(rows[channel]["head"]) < seq:
                await b.event_at(channel, seq)
            await b.close()


@live_test()
async def test_the_inbox_delta_holds_what_changed_and_nothing_else(server, anna, bert):
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channels = [await a.group(bert, title=f"Group {i}") for i in range(6)]
        rows, version = await b.inbox()
        assert set(channels) <= set(rows)
        assert (await b.inbox(version))[0] == {}
        await a.post(channels[2], "news")
        await a.command(channels[4], describe={"title": "Another"})
        await b.ask(setRegisters={"channelId": channels[5], "pinned": True})
        rows, version = await b.inbox(version)
        assert set(rows) == {channels[2], channels[4], channels[5]}
        assert rows[channels[4]]["title"] == "Another"
        await b.command(channels[0], leave={})
        rows, version = await b.inbox(version)
        assert "role" not in rows[channels[0]]
        await a.post(channels[0], "after you")
        assert (await b.inbox(version))[0] == {}


@live_test()
async def test_the_inbox_comes_newest_first_in_pages_with_previews(tmp_path):
    with Server(tmp_path / "data", *limits(inbox_rows=50)) as server:
        anna, bert = server.sign_up(), server.sign_up()
        async with await Live.open(anna) as a, await Live.open(bert) as b:
            channels = [await a.group(bert, title=f"Group {i}") for i in range(120)]
            for channel in channels[::7]:
                await a.post(channel, "x" * 5000)
            first = (await b.ask(getInbox={}))["inbox"]
            assert len(first["rows"]) == 50 and "version" not in first
            last = first["rows"][0]["last"]["content"]
            assert last["preview"] and len(last["text"]) <= 512
            rows, ask, times = [], {}, []
            while True:
                page = (await b.ask(getInbox=ask))["inbox"]
                rows += page["rows"]
                if "nextPage" not in page:
                    break
                ask = {"page": page["nextPage"]}
            ids = [row["channelId"] for row in rows]
            times = [number(row["headTime"]) for row in rows]
            assert len(ids) == len(set(ids)) and set(channels) <= set(ids)
            assert times == sorted(times, reverse=True)


@live_test()
async def test_a_version_of_another_history_is_refused(server, tmp_path, anna):
    async with await Live.open(anna) as live:
        _, version = await live.inbox()
        resume = live.welcome["resumeToken"]
    with Server(tmp_path / "data") as other:
        async with await Live.open(other.sign_up()) as live:
            assert await refusal(live.ask(getInbox={"version": version})) == "incarnation_changed"
            with pytest.raises(Refused) as caught:
                await Live.open(live.person, resume=resume)
            assert caught.value.name == "unauthenticated"


@live_test()
async def test_heads_only_tells_that_there_is_something_and_no_more(server, anna, bert):
    async with await Live.open(anna) as a, await Live.open(bert, mode="MODE_HEADS_ONLY") as b:
        channel = await a.direct(bert)
        seq = await a.post(channel, "not sent to phones that sleep")
        heads = await b.pushed("heads", lambda body: any(
            one["channelId"] == channel and number(one["head"]) == seq for one in body["heads"]))
        assert number(heads["heads"][0]["time"]) > 0
        assert not any("events" in frame for frame in b.pushes)
        assert (await b.history(channel))["events"][-1]["content"]["text"].startswith("not sent")
        assert await b.post(channel, "posting works") == seq + 1


@live_test()
async def test_open_channels_get_events_and_the_others_heads(server, anna, bert):
    async with await Live.open(anna) as a, await Live.open(bert, mode="MODE_OPEN_CHANNELS") as b:
        shown, other = await a.group(bert), await a.group(bert)
        await b.ask(openChannels={"channelIds": [shown]})
        quiet = await a.post(other, "in the background")
        seq = await a.post(shown, "on the screen")
        assert text_of(await b.event_at(shown, seq)) == "on the screen"
        await b.pushed("heads", lambda body: any(
            one["channelId"] == other and number(one["head"]) == quiet for one in body["heads"]))
        await b.ask(openChannels={"channelIds": [other]})
        seq = await a.post(other, "now here")
        assert text_of(await b.event_at(other, seq)) == "now here"


@live_test()
async def test_sync_brings_a_phone_up_to_date_in_one_call(server, anna, bert):
    # A new person's own two channels are made by a job, a moment after signing up.
    wait_until(lambda: len(bert.call("POST", "/v1/sync", {})["inbox"].get("rows", [])) == 2, "bert's own channels")
    async with await Live.open(anna) as a:
        channels = [await a.group(bert, title=f"Group {i}") for i in range(3)]
        for i in range(4):
            await a.post(channels[i % 2], f"message {i}")
        answer = bert.call("POST", "/v1/sync", {"historyForTop": 2, "historyLimit": 2})
        tops = {page["channelId"]: [event["content"]["text"] for event in page["events"]] for page in answer["histories"]}
        assert list(tops) == [row["channelId"] for row in answer["inbox"]["rows"]][:2]
        assert tops == {channels[0]: ["message 0", "message 2"], channels[1]: ["message 1", "message 3"]}
        version = answer["inbox"]["version"]
        assert bert.call("POST", "/v1/sync", {"version": version})["inbox"].get("rows", []) == []
        await a.post(channels[2], "later")
        answer = bert.call("POST", "/v1/sync", {"version": version, "historyForTop": 5})
        assert [row["channelId"] for row in answer["inbox"]["rows"]] == [channels[2]]
        assert answer["histories"][0]["events"][-1]["content"]["text"] == "later"


# ---- clients that do not read -----------------------------------------------------------------------------------------


async def fill(live, channel, messages, size=15000):
    for _ in range(messages):
        await live.post(channel, "x" * size)
    return number((await live.row(channel))["head"])


@live_test()
async def test_a_client_that_stops_reading_hurts_nobody_and_learns_the_head_when_it_reads_again(tmp_path):
    with Server(tmp_path / "data", *limits(outbox_bytes=16384)) as server:
        anna, bert, slow = (server.sign_up() for _ in range(3))
        async with await Live.open(anna) as a, await Live.open(bert) as b:
            channel = await a.group(bert, slow)
            with Raw(server, receive_buffer=4096) as raw:
                raw.open().hello(slow)
                before = server.rss_bytes()
                for _ in range(400):
                    head = await a.post(channel, "x" * 15000)
                    # Whoever reads is told of each at once, however busy the machine is.
                    assert seq_of(await b.event_at(channel, head)) == head
                assert server.rss_bytes() - before < 40e6, "what is not read is not kept"

                def read_until_head():
                    seen = 0
                    while True:
                        told = raw.read_json()
                        for event in told.get("events", {}).get("events", []):
                            seen = max(seen, seq_of(event))
                        for one in told.get("heads", {}).get("heads", []):
                            if one["channelId"] == channel and number(one["head"]) == head:
                                return seen

                seen = await asyncio.to_thread(read_until_head)
                assert seen < head, "it was served from the outbox alone"
                page = raw.ask(getHistory={"channelId": channel, "from": seen + 1, "oldestFirst": True})["history"]
                assert seq_of(page["events"][0]) == seen + 1


@live_test()
async def test_a_client_that_never_reads_is_closed_to_resume(tmp_path):
    with Server(tmp_path / "data", *limits(outbox_bytes=16384, outbox_drain_ms=1000)) as server:
        anna, slow = server.sign_up(), server.sign_up()
        async with await Live.open(anna) as a:
            channel = await a.direct(slow)
            with Raw(server, receive_buffer=4096) as raw:
                raw.open().hello(slow)
                now = (await a.ask(watch={"accounts": [slow.account]}))["presenceNow"]["accounts"][0]
                assert now["online"]
                await fill(a, channel, 400)
                while (await a.pushed("presenceNow"))["accounts"][0].get("online"):
                    pass
            async with await Live.open(slow) as again:
                rows, _ = await again.inbox()
                assert number(rows[channel]["head"]) == 401


@live_test()
async def test_a_client_that_asks_without_reading_is_stopped(tmp_path):
    """Answers are not dropped, so who asks for more than it reads is told so, or ended."""
    with Server(tmp_path / "data", *limits(outbox_bytes=16384)) as server:
        anna = server.sign_up()
        async with await Live.open(anna) as a:
            channel = (await a.command(new_id(), createChannel={"kind": GROUP, "title": "Notes"}))["channelId"]
            await fill(a, channel, 20)

            def ask_without_reading():
                with Raw(server, receive_buffer=4096) as raw:
                    raw.open().hello(anna)
                    ask = json.dumps({"request": 9, "getHistory": {"channelId": channel}}).encode()
                    raw.socket.settimeout(3)
                    try:
                        for _ in range(3000):
                            raw.send(frame(TEXT, ask))
                    except (OSError, TimeoutError):
                        pass

            before = server.rss_bytes()
            await asyncio.to_thread(ask_without_reading)
            assert server.rss_bytes() - before < 60e6
            assert await a.post(channel, "unhurt")


@live_test()
async def test_a_channel_that_is_joined_while_the_inbox_is_read_is_told_by_it_or_the_next(server, anna, bert):
    """It must not hide behind the position that its own commit gave to a partition with another channel."""
    async with await Live.open(anna) as a, await Live.open(bert) as b:

        async def start_groups(count):
            body = {"kind": GROUP, "title": "Walks", "members": [bert.account]}
            return [await a.start(command={"channelId": new_id(), "sendId": new_id(), "createChannel": body})
                    for _ in range(count)]

        await asyncio.gather(*await start_groups(60))
        told, version = await b.inbox()
        told, made = set(told), set()
        for _ in range(20):
            answers = await start_groups(20)
            for _ in range(20):
                rows, version = await b.inbox(version)
                told |= set(rows)
            made |= {(await answer)["outcome"]["channelId"] for answer in answers}
        rows, version = await b.inbox(version)
        assert made - told - set(rows) == set()
