"""One live connection of a device: what is pushed is handed on at once, and a server that is not heard is left."""

import asyncio
import time

import websockets

from e2e_client import Live, connect, number
from e2e_server import Refused


class _Heard(websockets.WebSocketClientProtocol):
    heard = 0.0

    def data_received(self, data):
        self.heard = time.monotonic()
        super().data_received(data)


class _Pushes(list):
    """Keeps the last frame alone, for the error that may end a session."""

    def __init__(self, hand_on):
        super().__init__()
        self._hand_on = hand_on

    def append(self, said):
        self[:] = [said]
        self._hand_on(said)


class Link(Live):
    def __init__(self, socket, hand_on):
        super().__init__(socket)
        self.pushes = _Pushes(hand_on)

    @classmethod
    async def open(cls, person, hand_on, resume=None, patience=10):
        """Says hello; Refused where that is refused."""
        link = cls(await connect(person.server, open_timeout=patience, create_protocol=_Heard, close_timeout=1), hand_on)
        hello = {"version": 1, "client": "soak", **({"resumeToken": resume} if resume else {"accessToken": person.token})}
        try:
            link.welcome = (await link.question(patience, hello=hello))["welcome"]
        except BaseException:
            await link.end()
            raise
        return link

    async def question(self, patience, **body):
        """The answer; Refused for an error, ConnectionError or TimeoutError where none came."""
        answer = await asyncio.wait_for(await self.start(**body), patience)
        if "error" in answer:
            raise Refused(answer["error"]["name"], answer["error"].get("text", ""), answer=answer)
        return answer

    async def end(self):
        """No more of this connection, and nobody waits for its answers."""
        self.cut()
        await asyncio.gather(self._reader, return_exceptions=True)
        for answer in self._answers.values():
            if answer.done() and not answer.cancelled():
                answer.exception()

    def silent_for(self):
        return time.monotonic() - self.socket.heard

    def heartbeat(self):
        return number(self.welcome["heartbeatMs"]) / 1000

    def last_words(self):
        """The name of the error with which the server ended this session, or an empty text."""
        return self.pushes[-1].get("error", {}).get("name", "") if self.pushes else ""
