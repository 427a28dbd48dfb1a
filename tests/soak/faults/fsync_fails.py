"""A disk that fails every sync with EIO; what was written before may or may not be there."""

from faults.fault import Fault


class FsyncFails(Fault):
    NAME = "fsync fails"

    def why_not(self, world):
        return None if world.shim else world.no_shim

    async def begin(self, world):
        world.shim.set(sync_fails=1)

    async def end(self, world):
        world.shim.set(sync_fails=0)
