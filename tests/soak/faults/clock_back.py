"""The wall clock jumps back, and forward to what it was."""

from faults.fault import Fault


class ClockBack(Fault):
    NAME = "clock -"

    def why_not(self, world):
        return None if world.shim else world.no_shim

    async def begin(self, world):
        world.shim.set(clock_s=-world.chance.randint(60, 4 * 3600))

    async def end(self, world):
        world.shim.set(clock_s=0)
