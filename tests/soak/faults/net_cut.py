"""Connections are cut without a word, after answers had been on their way for a while and are lost; some again and again. It may be that there
are no new ones for that time."""

import asyncio
import contextlib
import random

from faults.fault import Fault


class NetCut(Fault):
    NAME = "net cut"

    def __init__(self):
        self._cutting = None

    async def begin(self, world):
        world.proxy.refuses = world.chance.random() < 0.5
        await self._lose_answers(world)
        # Dice of its own: how often they are thrown is a matter of time, and what comes after has to be the seed's.
        self._cutting = asyncio.create_task(self._cut(world.proxy, random.Random(world.chance.random())))

    @staticmethod
    async def _lose_answers(world):
        world.proxy.stall(True, ["down"])
        await asyncio.sleep(world.chance.uniform(0.1, 0.5))
        world.proxy.cut()
        world.proxy.stall(False)

    @staticmethod
    async def _cut(proxy, chance):
        while True:
            await asyncio.sleep(chance.uniform(0.1, 0.6))
            proxy.cut(share=0.3)

    async def end(self, world):
        self._cutting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._cutting
        world.proxy.refuses = False
