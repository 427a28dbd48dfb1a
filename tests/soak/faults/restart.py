"""SIGTERM and a new start: it has to end by itself, with exit code 0, whatever is connected."""

from faults.fault import Fault


class Restart(Fault):
    NAME = "restart"
    SECONDS = (0.2, 1)
    SHORT = (0, 0.1)
    ENDS_SERVER = True

    async def begin(self, world):
        await world.stop_server()

    async def end(self, world):
        await world.start_server()
