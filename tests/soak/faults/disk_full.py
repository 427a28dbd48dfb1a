"""A disk that runs full: first less is left than the server keeps free, then nothing. On a small file system of its own where there is one;
else the fault library says so of free room and of writes."""

import asyncio

from faults.fault import Fault


class DiskFull(Fault):
    NAME = "disk full"

    def why_not(self, world):
        return None if world.small_disk or world.shim else f"no small file system, and no fault library: {world.no_shim}"

    async def begin(self, world):
        await self._leave(world, 60 << 20, 1)
        await asyncio.sleep(world.chance.uniform(*self.SHORT))
        await self._leave(world, 0, 2)

    async def _leave(self, world, room, shims):
        if world.small_disk:
            await asyncio.to_thread(world.small_disk.leave, room)
        else:
            world.shim.set(disk_left=shims)

    async def end(self, world):
        if world.small_disk:
            world.small_disk.make_room()
        else:
            world.shim.set(disk_left=0)
