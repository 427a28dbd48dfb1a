"""Half open: connections stay, and nothing passes, neither way. Who waits has to notice by itself."""

from faults.fault import Fault


class NetStall(Fault):
    NAME = "net stall"
    SECONDS = (3, 15)

    async def begin(self, world):
        world.proxy.stall(True)

    async def end(self, world):
        world.proxy.stall(False)
