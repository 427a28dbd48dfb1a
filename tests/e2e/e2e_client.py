"""A small client of the live protocol, made of Debian's `websockets` and JSON: it shares no code with the server."""

import asyncio
import functools
import json
import ssl

import websockets

from e2e_server import DEADLINE, Refused, new_id

GROUP, DIRECT, SELF = "CHANNEL_KIND_GROUP", "CHANNEL_KIND_DIRECT", "CHANNEL_KIND_SELF"


def live_test(deadline=60):
    """Runs a coroutine test, which has to end within `deadline` seconds."""

    def decorate(test):
        @functools.wraps(test)
        def run(*args, **kwargs):
            async def bounded():
                await asyncio.wait_for(test(*args, **kwargs), deadline * DEADLINE / 20)

            asyncio.run(bounded())

        return run

    return decorate


def number(value):
    """proto3 JSON writes 64-bit numbers as text and leaves zeros out."""
    return int(value or 0)


def connect(server, **options):
    settings = {"max_size": None, "max_queue": None, "ping_interval": None, "compression": None, "close_timeout": 5}
    settings.update(options)
    if server.secure:
        settings["ssl"] = ssl._create_unverified_context()
    return websockets.connect(server.ws_url, **settings)


class Live:
    """One live connection. Answers find who asked; everything else waits in `pushes` until a test takes it."""

    def __init__(self, socket, record=None):
        self.socket = socket
        self.record = record  # called with ("client"|"server", frame)
        self.pushes = []
        self.welcome = {}
        self.open_ = True
        self._answers = {}
        self._next = 0
        self._news = asyncio.Condition()
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, person, mode=None, resume=None, record=None, **options):
        try:
            socket = await connect(person.server, **options)
        except websockets.InvalidMessage as cut:
            raise ConnectionError("closed in the middle of the handshake") from cut
        live = cls(socket, record)
        hello = {"version": 1, "client": "e2e"}
        if resume:
            hello["resumeToken"] = resume
        else:
            hello["accessToken"] = person.token
        if mode:
            hello["mode"] = mode
        live.person = person
        try:
            live.welcome = (await live.ask(hello=hello))["welcome"]
        except Exception:
            await live.close()
            raise
        return live

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.close()

    async def close(self):
        await self.socket.close()
        await asyncio.gather(self._reader, return_exceptions=True)

    def cut(self):
        """The network is gone: no close frame."""
        self.socket.transport.abort()

    async def _read(self):
        try:
            async for text in self.socket:
                frame = json.loads(text)
                if self.record:
                    self.record("server", frame)
                waiting = self._answers.pop(number(frame.get("request")), None)
                async with self._news:
                    if waiting:
                        if not waiting.done():
                            waiting.set_result(frame)
                    else:
                        self.pushes.append(frame)
                    self._news.notify_all()
        except websockets.ConnectionClosed:
            pass
        finally:
            self.open_ = False
            # An error that ends a session answers no request: it is the last thing said.
            last = self.pushes[-1].get("error") if self.pushes else None
            for waiting in self._answers.values():
                if not waiting.done():
                    why = Refused(last["name"], last.get("text", "")) if last and not self.welcome else None
                    waiting.set_exception(why or ConnectionError("closed before the answer"))
            async with self._news:
                self._news.notify_all()

    # ---- asking ----------------------------------------------------------------------------------------------------

    async def start(self, **body):
        """Sends a request; the future of its answer."""
        self._next += 1
        request = self._next
        frame = {"request": request, **body}
        if self.record:
            self.record("client", frame)
        answer = asyncio.get_running_loop().create_future()
        self._answers[request] = answer
        try:
            await self.socket.send(json.dumps(frame))
        except websockets.ConnectionClosed:
            answer.cancel()
            raise ConnectionError("closed") from None
        return answer

    async def ask(self, **body):
        """The whole answer; Refused for an error."""
        answer = await asyncio.wait_for(await self.start(**body), DEADLINE)
        if "error" in answer:
            raise Refused(answer["error"]["name"], answer["error"].get("text", ""), answer=answer)
        return answer

    async def command(self, channel=None, send_id=None, **body):
        """The outcome of a command; Refused where it is a refusal."""
        command = {"sendId": send_id or new_id(), **body}
        if channel:
            command["channelId"] = channel
        outcome = (await self.ask(command=command))["outcome"]
        if "refused" in outcome:
            raise Refused(outcome["refused"], answer=outcome)
        return outcome

    async def post(self, channel, text, send_id=None, **fields):
        """The seq."""
        return number((await self.command(channel, send_id, post={"content": {"text": text}, **fields}))["seq"])

    async def direct(self, other):
        """The channel with another person."""
        outcome = await self.command(createChannel={"kind": DIRECT, "peer": other.account})
        return outcome["channelId"]

    async def group(self, *others, title="Walks", **fields):
        members = [other.account for other in others]
        body = {"kind": GROUP, "title": title, "members": members, **fields}
        return (await self.command(new_id(), createChannel=body))["channelId"]

    async def inbox(self, version=None):
        """All rows by channel, and the version."""
        rows, ask = {}, {"version": version} if version else {}
        while True:
            inbox = (await self.ask(getInbox=ask))["inbox"]
            rows.update({row["channelId"]: row for row in inbox.get("rows", [])})
            if not inbox.get("nextPage"):
                return rows, inbox["version"]
            ask = {"page": inbox["nextPage"]}

    async def row(self, channel):
        return (await self.ask(getChannel={"channelId": channel}))["channel"]["row"]

    async def history(self, channel, **ask):
        return (await self.ask(getHistory={"channelId": channel, **ask}))["history"]

    async def whole_history(self, channel):
        """Every event that may be seen, in pages from the oldest on."""
        events, at = [], 1
        while True:
            page = await self.history(channel, **{"from": at, "oldestFirst": True})
            events += page.get("events", [])
            at = number(page["to"]) + 1
            if at > number(page.get("head")):
                return events

    # ---- what is pushed --------------------------------------------------------------------------------------------

    async def pushed(self, kind, where=lambda body: True, deadline=DEADLINE):
        """Takes the first push of that kind that fits; waits for it."""

        def find():
            for i, frame in enumerate(self.pushes):
                if kind in frame and where(frame[kind]):
                    return self.pushes.pop(i)[kind]
            return None

        async def wait():
            async with self._news:
                while True:
                    found = find()
                    if found is not None:
                        return found
                    if not self.open_:
                        raise ConnectionError(f"closed while waiting for {kind}: {self.socket.close_code}")
                    await self._news.wait()

        try:
            return await asyncio.wait_for(wait(), deadline)
        except asyncio.TimeoutError:
            raise AssertionError(f"no {kind} came; there was {json.dumps(self.pushes)[:2000]}") from None

    async def event(self, channel, where=lambda event: True):
        """The next event of a channel that fits; events before it are taken as well."""
        while True:
            events = await self.pushed("events", lambda body: body["channelId"] == channel)
            for i, event in enumerate(events["events"]):
                if where(event):
                    rest = events["events"][i + 1:]
                    if rest:
                        self.pushes.insert(0, {"events": {"channelId": channel, "events": rest}})
                    return event

    async def event_at(self, channel, seq):
        return await self.event(channel, lambda event: number(event["header"]["seq"]) == seq)

    async def closed(self, deadline=DEADLINE):
        """(code, reason) of the close frame."""
        await asyncio.wait_for(self.socket.wait_closed(), deadline)
        await asyncio.gather(self._reader, return_exceptions=True)
        return self.socket.close_code, self.socket.close_reason


def seq_of(event):
    return number(event["header"]["seq"])


def text_of(event):
    return event.get("content", {}).get("text")


async def refusal(awaitable):
    """The name of the refusal that `awaitable` has to end in."""
    try:
        answer = await awaitable
    except Refused as refused:
        return refused.name
    raise AssertionError(f"not refused: {answer}")
