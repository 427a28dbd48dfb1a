"""SIGSTOP and SIGCONT: the process stands still, as on a machine that is suspended or swaps; its connections stay open."""

import signal

from faults.fault import Fault


class Pause(Fault):
    NAME = "pause"

    async def begin(self, world):
        world.server.process.send_signal(signal.SIGSTOP)

    async def end(self, world):
        world.server.process.send_signal(signal.SIGCONT)
