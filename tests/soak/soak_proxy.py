"""A TCP proxy between clients and server that delays, stalls, and cuts what passes, and may meddle with frames (soak_meddle)."""

import asyncio
import collections
import contextlib
import random
import socket
import struct

from soak_meddle import Meddler

CHUNK = 64 * 1024
HIGH_WATER = 32  # chunks that wait on one way; then nothing more is read


class Proxy:
    """Clients connect to `port`. What a fault sets here holds for connections that are there and for new ones."""

    def __init__(self, upstream_port, seed):
        self.upstream_port = upstream_port
        self.chance = random.Random(seed)
        self.port = None
        self.delay = 0.0  # seconds, each way
        self.jitter = 0.0  # up to so many more
        self.hiccup = 0.0  # share of chunks that are held up for `hiccup_seconds`, as by a packet that was lost
        self.hiccup_seconds = (0.2, 1.0)
        self.refuses = False  # new connections are closed at once
        self.damages = ()  # of soak_meddle, done to connections that begin from now on
        self._pairs = set()
        self._flowing = {way: asyncio.Event() for way in ("up", "down")}
        self.stall(False)
        self._listener = None

    async def start(self):
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=CHUNK)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def close(self):
        self._listener.close()
        self.cut()

    def stall(self, on, ways=("up", "down")):
        """Half open: nobody hears anything, and no connection ends. `down` is to clients."""
        for way in ways:
            self._flowing[way].clear() if on else self._flowing[way].set()

    def cut(self, share=1.0):
        """Connections end without a word."""
        for pair in list(self._pairs):
            if self.chance.random() < share:
                for writer in pair:
                    reset(writer)

    async def _accept(self, client_reader, client_writer):
        if self.refuses:
            reset(client_writer)
            return
        try:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.upstream_port, limit=CHUNK)
        except OSError:
            reset(client_writer)
            return
        pair = (client_writer, server_writer)
        self._pairs.add(pair)
        meddler = Meddler(self.damages) if self.damages else None
        ways = [asyncio.create_task(self._carry("up", client_reader, server_writer, meddler and meddler.from_client)),
                asyncio.create_task(self._carry("down", server_reader, client_writer, meddler and meddler.from_server))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            self._pairs.discard(pair)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for writer in pair:
                reset(writer)

    async def _carry(self, way, reader, writer, change):
        """One way of a connection: reads ahead, and hands on when it is time."""
        loop = asyncio.get_running_loop()
        waiting, news = collections.deque(), asyncio.Condition()

        async def hand_on():
            while True:
                async with news:
                    await news.wait_for(lambda: waiting)
                    due, data = waiting.popleft()
                    news.notify_all()
                if (late := due - loop.time()) > 0:
                    await asyncio.sleep(late)
                await self._flowing[way].wait()
                if data is None:
                    with contextlib.suppress(OSError):
                        writer.write_eof()
                    return
                writer.write(data)
                await writer.drain()

        async def read_ahead():
            while True:
                data = await reader.read(CHUNK)
                due = loop.time() + self.delay + self.jitter * self.chance.random()
                if self.hiccup and self.chance.random() < self.hiccup:
                    due += self.chance.uniform(*self.hiccup_seconds)
                ended = not data
                if change and not ended and not (data := change(data)):
                    continue  # a part of a frame
                async with news:
                    await news.wait_for(lambda: len(waiting) < HIGH_WATER)
                    waiting.append((due, None if ended else data))
                    news.notify_all()
                if ended:
                    return

        both = [asyncio.create_task(hand_on()), asyncio.create_task(read_ahead())]
        try:
            await asyncio.gather(*both)
        finally:
            for one in both:
                one.cancel()


def reset(writer):
    """RST instead of FIN: nothing that was not sent yet is sent any more."""
    if (sock := writer.get_extra_info("socket")) is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
