"""A device that lives through it: it connects again, sends what waits, fetches what it missed, and holds the server to its word."""

import asyncio
import collections
import dataclasses
import random
import time

import websockets

from e2e_client import number
from e2e_server import Refused
from soak_link import Link
from soak_outbox import SAME, Outbox

PATIENCE = 20  # for an answer; then the connection is given up
ENDS = {"unauthenticated", "token_expired", "draining", "too_slow", "timeout", "overloaded", "too_many_requests"}


@dataclasses.dataclass
class Kept:
    """What a device has of one channel: all up to `whole`, and some beyond."""

    whole: int = 0
    beyond: set = dataclasses.field(default_factory=set)
    head: int = 0
    row: dict = dataclasses.field(default_factory=dict)
    pushed: int = 0  # on this connection, last
    first: int = 0  # on this connection, first
    told: int = 0  # on this connection: a head, in a row of the inbox or by itself
    messages: collections.deque = dataclasses.field(default_factory=lambda: collections.deque(maxlen=30))
    mine: collections.deque = dataclasses.field(default_factory=lambda: collections.deque(maxlen=30))

    def has(self, seq):
        return seq <= self.whole or seq in self.beyond

    def add(self, seq):
        self.beyond.add(seq)
        self.head = max(self.head, seq)
        while self.whole + 1 in self.beyond:
            self.whole += 1
            self.beyond.discard(self.whole)


class Device:
    def __init__(self, person, name, book, chance, longest_pause):
        """`longest_pause` between two tries to connect, in seconds; real clients go up to a minute."""
        self.person, self.name, self.book, self.longest_pause = person, name, book, longest_pause
        self.chance = random.Random(chance.random())
        self.outbox = Outbox(book, name)
        self.channels = {}
        self.link = None
        self.current = False  # connected, and its inbox is read
        self.connects = self.repairs = 0
        self._version = self._resume = self._incarnation = None
        self._holes = asyncio.Event()
        self._resyncs = 0  # asked for, and not yet answered by an inbox
        self._task = None

    # ---- connections ---------------------------------------------------------------------------------------------------

    def start(self):
        self._task = asyncio.create_task(self._live())

    async def stop(self):
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def failed(self):
        """The exception that ended this device, which is a mistake of the soak, or None."""
        return self._task.exception() if self._task.done() and not self._task.cancelled() else None

    async def _live(self):
        shortest = pause = min(1.0, self.longest_pause)
        while True:
            begun = time.monotonic()
            try:
                await self._connection()
            except (OSError, asyncio.TimeoutError, websockets.WebSocketException, EOFError):
                pass
            except Refused as refused:
                await self._refused(refused.name)
            finally:
                self.current, link, self.link = False, self.link, None
                if link is not None:
                    await link.end()
            pause = shortest if time.monotonic() - begun > 5 else min(pause * 2, self.longest_pause)
            await asyncio.sleep(self.chance.uniform(0, pause))

    async def _refused(self, name):
        self._resume = None
        if name in ("unauthenticated", "token_expired"):
            await self._new_tokens()
        elif name not in SAME | ENDS:
            self.book.violation(f"{self.name}: the server said {name}")

    async def _new_tokens(self):
        server = self.person.server
        try:
            self.person.take(await asyncio.to_thread(server.call, "POST", "/v1/auth/refresh", {"refreshToken": self.person.refresh_token}))
        except Refused as refused:
            if refused.name not in SAME:
                self.book.violation(f"{self.name}: its tokens could not be refreshed: {refused.name}")
        except (OSError, ValueError, EOFError):
            pass

    async def _connection(self):
        resume, self._resume, self._resyncs = self._resume, None, 0
        for kept in self.channels.values():
            kept.pushed = kept.first = kept.told = 0
        self.link = link = await Link.open(self.person, self._pushed, resume)
        self.connects += 1
        if self._incarnation not in (None, link.welcome["incarnation"]):
            self.book.violation(f"{self.name}: another incarnation, and nothing was restored")
        self._incarnation, self._resume = link.welcome["incarnation"], link.welcome["resumeToken"]
        jobs = [self.outbox.pump(link), self._catch_up(link), self._listen(link), link.socket.wait_closed()]
        jobs = [link._reader, *(asyncio.create_task(job) for job in jobs)]
        try:
            done, _ = await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
            for job in done:
                job.result()
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
        if link.last_words():
            raise Refused(link.last_words())

    async def _listen(self, link):
        """A server that was not heard for twice its heartbeat is gone, whatever the connection says."""
        while (left := 2 * link.heartbeat() + 1 - link.silent_for()) > 0:
            await asyncio.sleep(left)
        raise ConnectionError("silence")

    # ---- catching up ---------------------------------------------------------------------------------------------------

    async def _catch_up(self, link):
        await self._read_inbox(link)
        self.current = True
        while True:
            self._holes.clear()
            if self._resyncs:
                asked = self._resyncs
                await self._read_inbox(link)
                self._resyncs -= asked
            for channel, kept in list(self.channels.items()):
                while kept.whole < kept.head:
                    await self._fetch(link, channel, kept)
            if not self._resyncs:
                await self._holes.wait()

    async def _ask(self, link, **body):
        while True:
            try:
                return await link.question(PATIENCE, **body)
            except Refused as refused:
                if refused.name not in SAME:
                    self.book.violation(f"{self.name}: {next(iter(body))} was answered with {refused.name}")
                    raise
                await asyncio.sleep(0.3)

    async def _read_inbox(self, link):
        rows, version = await self.inbox(link, self._version)
        for channel, row in rows.items():
            kept = self.channels.setdefault(channel, Kept())
            kept.row, head = row, number(row.get("head"))
            kept.told, kept.head = max(kept.told, head), max(kept.head, head)
        for channel, kept in self.channels.items():
            # A row that did not come says: nothing beyond the head you know.
            kept.told = max(kept.told, number(kept.row.get("head")))
            if kept.first > kept.told + 1:
                self._left_out(channel, kept.told, kept.first)
        self._version = version

    async def inbox(self, link, version):
        rows, ask = {}, {"version": version} if version else {}
        while True:
            inbox = (await self._ask(link, getInbox=ask))["inbox"]
            rows.update({row["channelId"]: row for row in inbox.get("rows", [])})
            if not inbox.get("nextPage"):
                return rows, inbox["version"]
            ask = {"page": inbox["nextPage"]}

    async def _fetch(self, link, channel, kept):
        self.repairs += 1
        first = kept.whole + 1
        ask = {"channelId": channel, "from": first, "to": kept.head, "oldestFirst": True}
        page = (await self._ask(link, getHistory=ask))["history"]
        self.take_page(channel, page)
        if kept.whole < number(page["to"]):
            self.book.violation(f"{self.name}: history of {channel} has no seq {kept.whole + 1}, though it speaks for {first} to {page['to']}")
            raise Refused("a hole in history")

    def take_page(self, channel, page):
        for event in page.get("events", []):
            self._take(channel, event)

    def _take(self, channel, event):
        """An event that was pushed or fetched; nothing happens where it is there already."""
        kept, seq = self.channels.setdefault(channel, Kept()), number(event["header"]["seq"])
        new = not kept.has(seq)
        send = self.book.saw(channel, event, self.name) if new or self.chance.random() < 0.02 else None
        if not new:
            return
        kept.add(seq)
        if send and send.kind == "message":
            kept.messages.append(seq)
            if send.account == self.person.account:
                kept.mine.append(seq)
        if send and send.by != self.name:
            self.book.reached(send)

    # ---- what is pushed ------------------------------------------------------------------------------------------------

    def _pushed(self, said):
        if "events" in said:
            channel = said["events"]["channelId"]
            for event in said["events"]["events"]:
                self._in_order(channel, number(event["header"]["seq"]))
                self._take(channel, event)
        for head in said.get("heads", {}).get("heads", []):
            kept = self.channels.setdefault(head["channelId"], Kept())
            kept.told = max(kept.told, number(head["head"]))
            kept.head = max(kept.head, kept.told)
        if "resync" in said:
            self._resyncs += 1
        self._holes.set()

    def _in_order(self, channel, seq):
        """On one connection every seq comes once and in order, and what is left out is told by a head."""
        kept = self.channels.setdefault(channel, Kept())
        if seq <= kept.pushed:
            self.book.violation(f"{self.name}: seq {seq} of {channel} was pushed after seq {kept.pushed} on the same connection")
        before = max(kept.pushed, kept.told)
        if before and seq > before + 1 and not self._resyncs:
            self._left_out(channel, before, seq)
        kept.first = kept.first or seq
        kept.pushed = max(seq, kept.pushed)

    def _left_out(self, channel, before, seq):
        self.book.violation(f"{self.name}: seq {seq} of {channel} was pushed after {before}, and nothing said that more is missing")
