"""A slow network: 50 to 300 ms each way, and jitter. netem where the run may use it, else the proxy."""

from faults.fault import Fault


class NetDelay(Fault):
    NAME = "net delay"

    async def begin(self, world):
        delay, jitter = world.chance.uniform(0.05, 0.3), world.chance.uniform(0, 0.1)
        if world.network and world.network.netem:
            world.network.shape(f"delay {delay * 1000:.0f}ms {jitter * 1000:.0f}ms")
        else:
            world.proxy.delay, world.proxy.jitter = delay, jitter

    async def end(self, world):
        if world.network and world.network.netem:
            world.network.unshape()
        world.proxy.delay = world.proxy.jitter = 0.0
