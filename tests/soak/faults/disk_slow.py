"""A disk that takes 200 to 800 ms for every sync."""

from faults.fault import Fault


class DiskSlow(Fault):
    NAME = "slow fsync"

    def why_not(self, world):
        return None if world.shim else world.no_shim

    async def begin(self, world):
        world.shim.set(sync_ms=world.chance.randint(200, 800))

    async def end(self, world):
        world.shim.set(sync_ms=0)
