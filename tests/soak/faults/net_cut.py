"""Connections are cut at once and without a word, some again and again; for a while there are no new ones."""

import asyncio
import contextlib

from faults.fault import Fault


class NetCut(Fault):
    NAME = "net cut"

    def __init__(self):
        self._cutting = None

    async def begin(self, world):
        world.proxy.refuses = world.chance.random() < 0.5
        world.proxy.cut()
        self._cutting = asyncio.create_task(self._cut(world))

    @staticmethod
    async def _cut(world):
        while True:
            await asyncio.sleep(world.chance.uniform(0.1, 0.6))
            world.proxy.cut(share=0.3)

    async def end(self, world):
        self._cutting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._cutting
        world.proxy.refuses = False
