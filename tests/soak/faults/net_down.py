"""The cable is out: no packet passes, no connection is told. Needs a network namespace; without one see net_stall."""

from faults.fault import Fault


class NetDown(Fault):
    NAME = "net down"
    SECONDS = (3, 12)

    def why_not(self, world):
        return None if world.network else world.no_network

    async def begin(self, world):
        world.network.up(False)

    async def end(self, world):
        world.network.up(True)
