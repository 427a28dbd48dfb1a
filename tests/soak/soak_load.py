"""The mixed load: what is due when comes from the seed, and what is due while a device is cut off waits in its outbox."""

import asyncio
import contextlib
import random
import time

import websockets

from e2e_client import number
from e2e_server import Refused
from soak_device import Kept
from soak_link import Link
from soak_people import sign_out

RECEIPT_INTERVAL = 0.25
LOST = (OSError, asyncio.TimeoutError, websockets.WebSocketException, Refused, EOFError, ValueError)
# Answers that no fault explains: everything asked here is asked rightly.
WRONG = {"internal", "damaged", "malformed", "too_large", "invalid_argument", "invalid_text", "unknown_request"}
LONG = 20_000  # characters: more than is pushed whole, so a preview comes


class Load:
    """`rate` actions a second among all devices, at random moments that do not wait for anything."""

    def __init__(self, people, book, chance, rate, guests):
        """`guests`: new devices that may be signed in at once."""
        self.people, self.book, self.rate, self.most_guests = people, book, rate, guests
        self.chance = random.Random(chance.random())
        self.counts = {}
        self.guests = 0
        self._weights = {self._message: 50, self._edit: 5, self._delete: 4, self._react: 8, self._cursor: 22, self._typing: 5,
                         self._watch: 2, self._page: 4}
        self._moved = {}  # (device, channel) -> when its cursor was moved last
        self._jobs = set()
        self._due = None
        self._task = None

    def start(self):
        self._due = time.monotonic()
        self._task = asyncio.create_task(self._run())

    async def pause(self):
        """Nothing is due from now on; what was, goes on."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def stop(self):
        await self.pause()
        while self._jobs:
            await asyncio.wait(self._jobs)

    def failed(self):
        return self._task.exception() if self._task.done() and not self._task.cancelled() else None

    async def _run(self):
        guest_due = self._due + 1
        while True:
            self._due += self.chance.expovariate(self.rate)
            if (early := self._due - time.monotonic()) > 0:
                await asyncio.sleep(early)
            action = self.chance.choices(list(self._weights), self._weights.values())[0]
            soaker = self.chance.choice(self.people.soakers)
            action(soaker, self.chance.choice(soaker.devices), self.chance.choice(soaker.channels))
            if self._due > guest_due and self.guests < self.most_guests:
                guest_due = self._due + self.chance.uniform(1, 6)
                self._in_background(self._guest(soaker))

    def _count(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    # ---- commands ------------------------------------------------------------------------------------------------------

    def _put(self, soaker, device, channel, kind, **body):
        self._count(kind)
        device.outbox.put(soaker.account, channel, kind, body, self._due)

    def _message(self, soaker, device, channel):
        text = f"{device.name} {self.counts.get('message', 0)}"
        if self.chance.random() < 0.01:
            text = text.ljust(LONG, "+")
        post = {"content": {"text": text}}
        others = [other.account for other in self.people.members[channel] if other is not soaker]
        if self.chance.random() < 0.1:
            post["mentions"] = [self.chance.choice(others)]
        self._put(soaker, device, channel, "message", post=post)

    def _edit(self, soaker, device, channel):
        if mine := device.channels.get(channel, Kept()).mine:
            content = {"text": f"{device.name} edited {self.counts.get('edited', 0)}"}
            self._put(soaker, device, channel, "edited", edit={"target": self.chance.choice(mine), "content": content})

    def _delete(self, soaker, device, channel):
        if mine := device.channels.get(channel, Kept()).mine:
            self._put(soaker, device, channel, "deleted", delete={"targets": [self.chance.choice(mine)]})

    def _react(self, soaker, device, channel):
        if messages := device.channels.get(channel, Kept()).messages:
            content = {"content": {"text": self.chance.choice("+-!?")}} if self.chance.random() < 0.8 else {}
            self._put(soaker, device, channel, "reacted", react={"target": self.chance.choice(messages), **content})

    # ---- what is not in the outbox: lost with a connection, and done again when it is due again ----------------------------

    def _in_background(self, work):
        job = asyncio.create_task(work)
        self._jobs.add(job)
        job.add_done_callback(self._ended)

    def _ended(self, job):
        self._jobs.discard(job)
        if not job.cancelled() and job.exception() is not None:
            self.book.violation(f"an answer that nobody expects: {job.exception()!r}")

    @contextlib.contextmanager
    def _may_be_lost(self):
        """What is asked within may find no server, or one that refuses for the time being."""
        try:
            yield
        except LOST as error:
            if isinstance(error, Refused) and error.name in WRONG:
                raise

    def _cursor(self, soaker, device, channel):
        kept, now = device.channels.get(channel), time.monotonic()
        if not device.current or not kept or now - self._moved.get((device, channel), 0) < RECEIPT_INTERVAL:
            return
        self._moved[device, channel] = now
        delivered = kept.whole
        read = delivered if self.chance.random() < 0.7 else self.chance.randint(1, max(1, delivered))
        soaker.moved(channel, soaker.asked, delivered, read)
        self._count("cursor")
        self._in_background(self._move(soaker, device.link, channel, delivered, read))

    async def _move(self, soaker, link, channel, delivered, read):
        with self._may_be_lost():
            answer = await link.question(20, moveCursor={"channelId": channel, "delivered": delivered, "read": read})
            registers = answer["registers"]
            if number(registers.get("read")) < read or number(registers.get("delivered")) < delivered:
                self.book.violation(f"{soaker.handle}: a cursor was moved to {delivered}/{read}, and the answer is {registers}")
            soaker.moved(channel, soaker.told, number(registers.get("delivered")), number(registers.get("read")))

    def _typing(self, _, device, channel):
        if device.current:
            self._count("typing")
            self._in_background(self._hint(device.link, typing={"channelId": channel, "on": self.chance.random() < 0.5}))

    def _watch(self, soaker, device, channel):
        if device.current:
            self._count("watch")
            accounts = [other.account for other in self.people.members[channel] if other is not soaker]
            self._in_background(self._hint(device.link, watch={"accounts": accounts}))

    async def _hint(self, link, **body):
        with self._may_be_lost():
            await link.question(20, **body)

    def _page(self, _, device, channel):
        if device.current and (kept := device.channels.get(channel)) and kept.whole:
            self._count("page")
            self._in_background(self._read_page(device, device.link, channel, self.chance.randint(1, kept.whole)))

    async def _read_page(self, device, link, channel, last):
        with self._may_be_lost():
            page = (await link.question(20, getHistory={"channelId": channel, "to": last}))["history"]
            seqs = [number(event["header"]["seq"]) for event in page.get("events", [])]
            if seqs != list(range(number(page["from"]), last + 1)):
                self.book.violation(f"{device.name}: a page of {channel} that speaks for {page['from']} to {last} has {seqs}")
            for event in page["events"]:
                self.book.saw(channel, event, device.name)

    async def _guest(self, soaker):
        """A new device signs in, looks around, and signs out."""
        self.guests += 1
        person = link = None
        try:
            with self._may_be_lost():
                person = await asyncio.to_thread(soaker.signed_in.another_device)
                self._count("sign-in")
                link = await Link.open(person, lambda said: None)
                rows = (await link.question(20, getInbox={}))["inbox"].get("rows", [])
                for channel in {row["channelId"] for row in rows} & set(soaker.channels):
                    page = (await link.question(20, getHistory={"channelId": channel}))["history"]
                    for event in page["events"]:
                        self.book.saw(channel, event, f"a new device of {soaker.handle}")
                missing = set(soaker.channels) - {row["channelId"] for row in rows}
                if missing:
                    self.book.violation(f"a new device of {soaker.handle} is not told of {missing}")
        finally:
            if link is not None:
                await link.end()
            if person is not None:
                await sign_out(person)
            self.guests -= 1
