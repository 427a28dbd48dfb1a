"""The server of a run and what stands around it: proxy, fault library, small disk, network of its own. Faults reach for these."""

import asyncio
import json
import pathlib
import shutil
import subprocess
import time

import soak_shim
from e2e_server import BIN, DEADLINE, Refused, Server, limits
from soak_place import Network, SmallDisk
from soak_proxy import Proxy

# A peer that is gone is noticed within seconds; caches are small, so that what grows is seen; logins of new devices are not slowed.
CACHE_MIB = 16
ARGUMENTS = ["--cache-store-mib", str(CACHE_MIB), "--cache-write-mib", str(CACHE_MIB),
             *limits(heartbeat_ms=2000, heartbeat_grace_ms=2000, devices_per_account=100)]


class LoggedServer(Server):
    """Keeps its log in a file too, over all its lives."""

    log_file = None

    def _read(self, stream, kept):
        for line in stream:
            text = line.decode("utf-8", "replace")
            kept.append(text)
            with open(self.log_file, "a", encoding="utf-8") as file:
                file.write(text)


class World:
    def __init__(self, folder, book, chance, private):
        """`private`: namespaces are ours, so a small disk and a network of our own may be had."""
        self.folder, self.book, self.chance = pathlib.Path(folder), book, chance
        self.no_shim, self.no_network, self.no_disk = soak_shim.why_not(), None, None
        self.shim = None if self.no_shim else soak_shim.Shim(self.folder)
        self.network = self.small_disk = None
        if private is None:
            self.network = Network()
            try:
                self.small_disk = SmallDisk(self.folder)
            except OSError as error:
                self.no_disk = str(error)
        else:
            self.no_network = self.no_disk = private
        data = (self.small_disk.path if self.small_disk else self.folder) / "data"
        self.server = LoggedServer(data, *ARGUMENTS)
        self.server.log_file = self.log = self.folder / "parleyd.log"
        if self.shim:
            self.server.environment = self.shim.environment
        self.proxy = None
        self.front = Server(data)  # what clients know: the proxy
        self.down = True  # and it is meant to be
        self.starts = []  # seconds from the start of the process to ready
        self.verified = 0

    def skipped(self):
        """What this world cannot do as it should, in lines."""
        lines = []
        if self.no_shim:
            lines.append(f"no fault library: {self.no_shim}")
        if self.no_network:
            lines.append(f"no network of its own: {self.no_network}; the proxy delays, and holds up for packets that are lost")
        elif self.network.no_netem:
            by_whom = f"nobody ({self.network.no_loss})" if self.network.no_loss else "nftables"
            lines.append(f"no netem: {self.network.no_netem}; the proxy delays, packets are lost by {by_whom}")
        if self.small_disk and self.small_disk.no_image:
            lines.append(f"no file system in a file: {self.small_disk.no_image}; the small disk is a tmpfs, which syncs nothing")
        if self.no_disk:
            lines.append(f"no small disk: {self.no_disk}; the fault library says that the disk is full")
        return lines

    async def start(self):
        await self.start_server()
        self.proxy = await Proxy(self.server.port, self.chance.random()).start()
        self.front.port = self.proxy.port
        return self

    async def start_server(self):
        begun = time.monotonic()
        await asyncio.to_thread(self.server.start, 3 * DEADLINE)
        while True:
            try:
                await asyncio.to_thread(self.server.call, "GET", "/readyz")
                break
            except (OSError, Refused):
                await asyncio.sleep(0.005)
        self.starts.append(time.monotonic() - begun)
        self.down = False

    async def kill_server(self):
        self.down = True
        await asyncio.to_thread(self.server.kill)

    async def stop_server(self):
        """In order; it has to end with 0."""
        self.down = True
        code = await asyncio.to_thread(self.server.stop, 3 * DEADLINE)
        if code != 0:
            self.book.violation(f"the server ended with {code} after SIGTERM")

    def died(self):
        """The exit code of a server that ended though nobody ended it, or None."""
        return None if self.down else self.server.process.poll()

    async def verify(self):
        """The report of `parley verify` over the data of a server that does not run; what it finds is a violation."""
        done = await asyncio.to_thread(subprocess.run, [str(BIN / "parleyd"), "--verify", str(self.server.data), "--json"],
                                       capture_output=True, text=True, check=False)
        self.verified += 1
        if done.returncode != 0:
            self.book.violation(f"verify ended with {done.returncode}: {done.stdout} {done.stderr}")
            return {}
        report = json.loads(done.stdout)
        if not report["clean"]:
            self.book.violation(f"verify found damage: {report}")
        return report

    async def close(self):
        if self.server.process and self.server.process.poll() is None:
            await self.kill_server()
        if self.proxy:
            await self.proxy.close()
        if self.small_disk:
            if self.book.violations:
                shutil.copytree(self.server.data, self.folder / "data", ignore=shutil.ignore_patterns("*.sock"))
            self.small_disk.close()
