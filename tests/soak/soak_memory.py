"""Memory and descriptors of the server, before and after."""

import asyncio
import collections
import os
import time

from soak_world import CACHE_MIB

MIB = 1 << 20
# Resident memory may be this much above what it was. The two caches may have been empty before and be full now; 24 MiB are for the channels,
# sessions and people that are kept in memory, and for what the allocator keeps of what was freed.
MORE_RSS = 2 * CACHE_MIB * MIB + 24 * MIB


class Sample:
    def __init__(self, server):
        self.rss = server.rss_bytes()
        self.sockets = self.others = 0
        self.files = collections.Counter()  # of the store, by path: they come and go, but none is opened again and again
        folder = f"/proc/{server.process.pid}/fd"
        for fd in os.listdir(folder):
            try:
                target = os.readlink(f"{folder}/{fd}")
            except FileNotFoundError:
                continue
            if target.startswith("socket:"):
                self.sockets += 1
            elif target.startswith(str(server.data)):
                self.files[target] += 1
            else:
                self.others += 1

    def __str__(self):
        return f"{self.rss / MIB:.0f} MiB, {self.sockets} sockets, {self.files.total()} files of the store, {self.others} other descriptors"


async def at_rest(server, like=None, deadline=30):
    """A sample of a server that nobody asks anything: taken when memory has stopped to shrink and, where `like` is given, as soon as the
    sample is as good as that one."""
    end = time.monotonic() + deadline
    last = Sample(server)
    while time.monotonic() < end:
        await asyncio.sleep(1)
        now = Sample(server)
        if like is None and now.rss >= last.rss and now.sockets == last.sockets or like and not worse(like, now):
            return now
        last = now
    return last


def worse(before, after):
    """What has grown beyond what is allowed, in lines."""
    lines = []
    if after.rss > before.rss + MORE_RSS:
        lines.append(f"resident memory grew from {before.rss / MIB:.0f} to {after.rss / MIB:.0f} MiB; {MORE_RSS / MIB:.0f} MiB more are allowed")
    if after.sockets > before.sockets:
        lines.append(f"sockets grew from {before.sockets} to {after.sockets} with the same connections")
    if deleted := [path for path in after.files if path.endswith(" (deleted)")]:
        lines.append(f"files are open that are deleted: {deleted}")
    if again := [path for path, count in after.files.items() if count > max(1, before.files[path])]:
        lines.append(f"files of the store are open more than once: {again}")
    if after.others > before.others:
        lines.append(f"other descriptors grew from {before.others} to {after.others}")
    return lines
