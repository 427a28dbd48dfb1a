"""One run: load all the while, faults one after the other as the seed has it, and everything is checked at the end."""

import asyncio
import dataclasses
import pathlib
import random
import time

import faults
from e2e_server import DEADLINE, SANITIZED, Refused
from soak_book import Book
from soak_check import check
from soak_latency import Spell, table
from soak_load import Load
from soak_memory import at_rest, worse
from soak_people import People, settled
from soak_world import World



@dataclasses.dataclass
class Options:
    folder: pathlib.Path
    seed: int
    seconds: float = 60
    short: bool = False  # every fault once, briefly
    people: int = 8
    rate: float = 40  # actions a second
    guests: int = 2  # new devices at once
    only: tuple = ()  # names of faults; all where there is none
    private: str | None = None  # None: namespaces are ours; else why they are not
    damages: tuple = ()  # of soak_meddle
    log_lies: bool = False  # as in soak_shim
    settles: float = 60 * DEADLINE / 20  # seconds; generous, because a machine may be busy
    quiet: bool = False


class Run:
    def __init__(self, options):
        self.options = options
        self.chance = random.Random(options.seed)
        self.book = Book()
        self.world = World(options.folder, self.book, self.chance, options.private)
        self.people = self.load = None
        self.spells = []
        self.skipped = []
        self.begun = time.monotonic()

    def say(self, text):
        if not self.options.quiet:
            print(text, flush=True)

    async def run(self):
        """The book, with every violation in it."""
        try:
            await self._run()
        finally:
            await self.world.close()
        return self.book

    async def _run(self):
        options, world = self.options, self.world
        kinds = [kind() for kind in faults.ALL]
        kinds = [kind for kind in kinds if not options.only or kind.NAME in options.only]
        for line in [*world.skipped(), *(f"{kind.NAME}: {why}" for kind in kinds if (why := kind.why_not(world)))]:
            self.skipped.append(line)
            self.say(f"SKIPPED: {line}")
        kinds = [kind for kind in kinds if not kind.why_not(world)]
        if not kinds:
            raise ValueError("every fault is left out: see why above, and ask for others")
        await world.start()
        world.proxy.damages = options.damages
        if options.log_lies:
            world.shim.set(log_lies=1)
        self.people = await asyncio.to_thread(People, world.front, self.book, self.chance, options.people, 0.5 if options.short else 4)
        self.load = Load(self.people, self.book, self.chance, options.rate, options.guests)
        self.people.start()
        await self._settle("the first connections")
        self.load.start()
        await asyncio.sleep(1 if options.short else 10)
        await self.load.pause()
        await self._settle("the first load")
        before = await at_rest(world.server)
        self.say(f"at rest before the first fault: {before}")
        self.load.start()
        await self._faults(kinds)
        await self.load.stop()
        await self._settle("the last fault")
        after = await at_rest(world.server, like=before)
        self.say(f"at rest after the last fault:   {after}")
        if not SANITIZED:
            for line in worse(before, after):
                self.book.violation(line)
        try:
            await check(self.people, self.book)
        except (Refused, OSError, asyncio.TimeoutError) as why:
            self.book.violation(f"not all could be read at the end: {why!r}")
        await self.people.stop()
        await world.stop_server()
        report = await world.verify()
        self.say(f"verify: {report.get('events')} events in {report.get('channels')} channels, clean: {report.get('clean')}")
        self._end()

    async def _settle(self, after_what):
        if missing := await settled(self.people, self.options.settles):
            self.book.violation(f"{self.options.settles:.0f} s after {after_what}: {', '.join(missing[:10])}")

    # ---- faults --------------------------------------------------------------------------------------------------------

    def _order(self, kinds):
        """Rounds of all kinds, each shuffled. The last ends with the server that stood everything but its own end, so that what it lost of
        memory is seen."""
        while True:
            order = list(kinds)
            self.chance.shuffle(order)
            order.sort(key=lambda kind: not kind.ENDS_SERVER)
            yield from order

    async def _faults(self, kinds):
        end = time.monotonic() + self.options.seconds
        for number, kind in enumerate(self._order(kinds)):
            done_once = number >= len(kinds)
            if done_once and (self.options.short or time.monotonic() > end and number % len(kinds) == 0):
                return
            await self._fault(kind)

    async def _fault(self, kind):
        short = self.options.short
        spell = Spell(kind.NAME, time.monotonic(), 0)
        await self._watch(self.chance.uniform(0.1, 0.4) if short else self.chance.uniform(3, 6))
        spell.begin = time.monotonic()
        await kind.begin(self.world)
        await self._watch(self.chance.uniform(*(kind.SHORT if short else kind.SECONDS)))
        spell.end = time.monotonic()
        await kind.end(self.world)
        self.spells.append(spell)
        while not self._whole(spell.end):
            await self._watch(0.02)
            if time.monotonic() > spell.end + self.options.settles:
                missing = self.people.unsettled()
                self.book.violation(f"{self.options.settles:.0f} s after {kind}: {', '.join(missing[:10])}")
                break
        else:
            spell.whole = time.monotonic()
        await self._watch(0.1 if short else 2)
        spell.until = time.monotonic()
        self.say(f"{spell.until - self.begun:7.0f} s  {kind!s:22} {spell.end - spell.begin:5.1f} s, whole {spell.whole - spell.end:5.1f} s after; "
                 f"{len(self.book.sends)} sent, {len(self.book.due)} received, {self.book.open()} open, {len(self.book.violations)} violations")

    def _whole(self, end):
        """Everybody is connected, and what was due by then has its outcome."""
        return all(device.current and all(send.due > end for send in device.outbox.waiting.values()) for device in self.people.devices())

    async def _watch(self, seconds):
        """Waits, and looks whether server, devices and load are alive."""
        until = time.monotonic() + seconds
        while True:
            if (code := self.world.died()) is not None:
                self.book.violation(f"the server ended by itself with {code}; see {self.world.log}")
                await self.world.start_server()
            for part in (*self.people.devices(), self.load):
                if failure := part.failed():
                    raise failure
            left = until - time.monotonic()
            if left <= 0:
                return
            await asyncio.sleep(min(left, 0.2))

    # ---- the end -------------------------------------------------------------------------------------------------------

    def _end(self):
        counts = ", ".join(f"{count} {what}" for what, count in sorted(self.load.counts.items(), key=lambda pair: -pair[1]))
        devices = self.people.devices()
        self.say(f"load: {counts}")
        self.say(f"{len(devices)} devices connected {sum(device.connects for device in devices)} times and fetched "
                 f"{sum(device.repairs for device in devices)} pages for what they missed; "
                 f"{sum(send.tries > 1 for send in self.book.sends.values())} sends were sent again; verified {self.world.verified} times")
        self.say(f"a start took {1000 * min(self.world.starts):.0f} to {1000 * max(self.world.starts):.0f} ms until ready")
        self.say("\nmilliseconds from when a message was due until another device had it, by when it was due; then until a post was answered "
                 "and until all that\nwas due had its outcome, after the end of the fault, at worst")
        for line in table(self.book, self.spells):
            self.say(line)
