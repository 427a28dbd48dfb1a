"""kill -9: no warning, no goodbye. While it is dead its store is verified; then it is started again."""

from faults.fault import Fault


class Kill9(Fault):
    NAME = "kill -9"
    SECONDS = (0.5, 3)
    SHORT = (0.1, 0.3)
    ENDS_SERVER = True

    async def begin(self, world):
        await world.kill_server()

    async def end(self, world):
        await world.verify()
        await world.start_server()
