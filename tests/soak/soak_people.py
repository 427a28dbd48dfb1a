"""Who takes part: people with several devices each, in direct channels and groups that everybody of them sees from the first event on."""

import asyncio
import itertools

from e2e_server import Refused, new_id
from soak_device import Device

DEVICES = (2, 3)  # of one person, in turn
DIRECT, GROUP = "CHANNEL_KIND_DIRECT", "CHANNEL_KIND_GROUP"


class Soaker:
    """An account: its devices, and how far its cursors were asked to go and were told to be."""

    def __init__(self, signed_in):
        self.signed_in = signed_in  # e2e_server.Person of the first device
        self.account, self.handle = signed_in.account, signed_in.handle
        self.devices = []
        self.channels = []
        self.asked, self.told = {}, {}  # channel -> (delivered, read)

    def moved(self, channel, which, delivered, read):
        before = which.get(channel, (0, 0))
        which[channel] = (max(before[0], delivered, read), max(before[1], read))


class People:
    """Made over HTTP before the first fault. `members[channel]` are its Soakers."""

    def __init__(self, front, book, chance, how_many, longest_pause):
        self.soakers, self.members = [], {}
        devices = itertools.cycle(DEVICES)
        for i in range(how_many):
            soaker = Soaker(front.sign_up(handle=f"soaker{i}"))
            self.soakers.append(soaker)
            for k in range(next(devices)):
                signed_in = soaker.signed_in.another_device() if k else soaker.signed_in
                soaker.devices.append(Device(signed_in, f"{soaker.handle}/{k}", book, chance, longest_pause))
        for i, soaker in enumerate(self.soakers):
            self._direct(soaker, self.soakers[(i + 1) % how_many])
        self._group(self.soakers)
        for _ in range(2):
            self._group(chance.sample(self.soakers, max(3, how_many // 2)))

    def _direct(self, one, other):
        create = {"sendId": new_id(), "createChannel": {"kind": DIRECT, "peer": other.account}}
        self._made(one.signed_in.call("POST", "/v1/channels", create)["channelId"], [one, other])

    def _group(self, soakers):
        members = [soaker.account for soaker in soakers[1:]]
        create = {"channelId": new_id(), "sendId": new_id(), "createChannel": {"kind": GROUP, "title": "Soaked", "members": members}}
        self._made(soakers[0].signed_in.call("POST", "/v1/channels", create)["channelId"], soakers)

    def _made(self, channel, soakers):
        self.members[channel] = soakers
        for soaker in soakers:
            soaker.channels.append(channel)

    def devices(self):
        return [device for soaker in self.soakers for device in soaker.devices]

    def start(self):
        for device in self.devices():
            device.start()

    async def stop(self):
        await asyncio.gather(*(device.stop() for device in self.devices()))

    def not_whole(self):
        """(device, channel) wherever an event is missing that somebody is known to have."""
        heads = {}
        for device in self.devices():
            for channel, kept in device.channels.items():
                heads[channel] = max(heads.get(channel, 0), kept.head)
        return [(device.name, channel) for soaker in self.soakers for device in soaker.devices for channel in soaker.channels
                if channel not in device.channels or device.channels[channel].whole < heads.get(channel, 1)]

    def unsettled(self):
        """What is still to come, in words; an empty list when everybody is connected and has everything."""
        away = [device.name for device in self.devices() if not device.current]
        waiting = [f"{len(device.outbox.waiting)} sends of {device.name}" for device in self.devices() if device.outbox.waiting]
        lacking = [f"{name} lacks events of {channel}" for name, channel in self.not_whole()]
        return [f"{name} is not connected" for name in away] + waiting + lacking


async def settled(people, deadline):
    """Waits until everybody is connected and has everything; what is missing after `deadline` seconds."""
    end = asyncio.get_running_loop().time() + deadline
    while (missing := people.unsettled()) and asyncio.get_running_loop().time() < end:
        await asyncio.sleep(0.05)
    return missing


async def sign_out(person):
    """Tries for as long as faults stand in the way; the device is gone afterwards, or was before."""
    while True:
        try:
            await asyncio.to_thread(person.call, "POST", "/v1/auth/sign-out")
            return
        except Refused as refused:
            if refused.name in ("device_revoked", "unauthenticated", "token_expired"):
                return
        except (OSError, EOFError, ValueError):
            pass
        await asyncio.sleep(1)
