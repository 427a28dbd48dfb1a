"""A network that loses 2 to 15 % of its packets: netem or nftables where the run may use them. Else the proxy holds up what passes, as TCP
does to whoever reads when a packet was lost and has to be sent again."""

from faults.fault import Fault


class NetLoss(Fault):
    NAME = "net loss"

    async def begin(self, world):
        share = world.chance.uniform(0.02, 0.15)
        if world.network and not world.network.no_loss:
            world.network.lose(share)
        else:
            world.proxy.hiccup = share

    async def end(self, world):
        if world.network and not world.network.no_loss:
            world.network.lose(0)
        world.proxy.hiccup = 0.0
