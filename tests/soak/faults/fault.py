"""What every fault has."""


class Fault:
    """Something that goes wrong between `begin` and `end`. Afterwards the server runs and the network is whole."""

    NAME = ""
    SECONDS = (3, 8)  # it lasts between so long and so long
    SHORT = (0.3, 1)  # the same in the short form
    ENDS_SERVER = False  # another process runs afterwards

    def why_not(self, world):
        """The reason why it cannot be done in this world (soak_world.py), or None."""
        return None

    async def begin(self, world):
        raise NotImplementedError

    async def end(self, world):
        raise NotImplementedError

    def __str__(self):
        return self.NAME
