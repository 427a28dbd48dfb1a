"""kill -9 while something else is wrong, which is over when it is started again."""

import asyncio

from faults.clock_back import ClockBack
from faults.clock_forward import ClockForward
from faults.disk_full import DiskFull
from faults.disk_slow import DiskSlow
from faults.fault import Fault
from faults.fsync_fails import FsyncFails
from faults.net_delay import NetDelay
from faults.net_stall import NetStall
from faults.pause import Pause


class KillAmid(Fault):
    NAME = "kill amid"
    SECONDS = (0.1, 1)
    SHORT = (0, 0.1)
    ENDS_SERVER = True

    def __init__(self):
        self._other = None

    async def begin(self, world):
        others = [kind() for kind in (DiskFull, DiskSlow, FsyncFails, ClockForward, ClockBack, NetDelay, NetStall, Pause)]
        self._other = world.chance.choice([other for other in others if not other.why_not(world)])
        await self._other.begin(world)
        await asyncio.sleep(world.chance.uniform(0.2, 1.5))
        await world.kill_server()

    async def end(self, world):
        await self._other.end(world)
        await world.verify()
        await world.start_server()

    def __str__(self):
        return f"{self.NAME}: {self._other.NAME}" if self._other else self.NAME
