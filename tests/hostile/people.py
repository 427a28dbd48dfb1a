"""People, and groups to lie in: who speaks, and what they own."""

import base64
import hashlib
import os
import secrets
import uuid

from e2e_server import wait_until
from hostile.talk import Http, Line

PASSWORD = "correct horse battery"
OWN_CHANNELS = 2  # notes to oneself, and the log that one's devices share
GROUP, DIRECT, SELF = "CHANNEL_KIND_GROUP", "CHANNEL_KIND_DIRECT", "CHANNEL_KIND_SELF"


def b64(data):
    return base64.b64encode(data).decode()


def new_id():
    return b64(uuid.uuid4().bytes)


def uuid_text(identity):
    return str(uuid.UUID(bytes=base64.b64decode(identity)))


class Failed(Exception):
    """What had to succeed for the lie to be told did not."""


class Someone:
    """One device of an account."""

    def __init__(self, target, http, handle, tokens, password=PASSWORD):
        self.target, self.http, self.handle, self.password = target, http, handle, password
        self.take(tokens)

    @classmethod
    def sign_up(cls, target, http, name="", **fields):
        handle = f"h.{name}.{secrets.token_hex(5)}"[:32]
        answer = http.ask("POST", "/v1/accounts", {"handle": handle, "password": PASSWORD, **fields})
        if answer.status != 201:
            raise Failed(f"sign-up: {answer.status} {answer.body!r}")
        return cls(target, http, handle, answer.json)

    def take(self, tokens):
        self.account, self.device = tokens["account"], tokens["device"]
        self.token, self.refresh_token = tokens["accessToken"], tokens.get("refreshToken", "")

    def settled(self):
        """Itself, once the channels are there that are made a moment after sign-up."""
        wait_until(lambda: len(self.call("POST", "/v1/sync", {})["inbox"].get("rows", [])) >= OWN_CHANNELS, "own channels")
        return self

    def another_device(self):
        body = {"handle": self.handle, "password": self.password}
        return Someone(self.target, self.http, self.handle, self.call("POST", "/v1/auth/sign-in", body))

    def call(self, method, path, body=None):
        """The JSON of an answer that has to be good."""
        answer = self.http.ask(method, path, body, self.token)
        if answer.status >= 300:
            raise Failed(f"{method} {path}: {answer.status} {answer.body!r}")
        return answer.json

    def command(self, channel, **body):
        path = f"/v1/channels/{uuid_text(channel)}/commands" if channel else "/v1/channels"
        return self.call("POST", path, {"channelId": channel, "sendId": new_id(), **body})

    def line(self, binary=False, **hello):
        return Line(self.target, binary).hello(self.token, **hello)


class Room:
    """A group in which something was said, with one invitation. Its owner, a member, and somebody outside."""

    def __init__(self, owner, member, outsider, *more):
        self.owner, self.member, self.outsider, self.id = owner, member, outsider, new_id()
        owner.call("POST", "/v1/channels", {"channelId": self.id, "sendId": new_id(), "createChannel": {
            "kind": GROUP, "title": "Walks", "members": [one.account for one in (member, *more)]}})
        self.seq = int(owner.command(self.id, post={"content": {"text": "Where?"}})["seq"])
        self.secret, self.invitation = os.urandom(16), new_id()
        owner.command(self.id, createInvitation={
            "invitation": self.invitation, "secretHash": b64(hashlib.sha256(self.secret).digest())})
        self.path = f"/v1/channels/{uuid_text(self.id)}"


class World:
    """The server, and the liar's own people: mallory, who lies, and accomplices to lie with."""

    def __init__(self, target):
        self.target, self.http = target, Http(target)
        self.mallory, self.fred, self.sam = (self.sign_up(name) for name in ("mallory", "fred", "sam"))
        self._room = self._victimless = None

    def sign_up(self, name="", **fields):
        return Someone.sign_up(self.target, self.http, name, **fields)

    @property
    def room(self):
        """Mallory's group, as good as new after `spoil`."""
        if self._room is None:
            self._room = Room(self.mallory, self.fred, self.sam)
        return self._room

    @property
    def victimless(self):
        """Somebody whom nobody misses: to be signed out, deleted, blocked."""
        if self._victimless is None:
            self._victimless = self.sign_up("spare")
        return self._victimless

    def spoil(self):
        """What comes next finds a new group, and a new victimless."""
        self._room = self._victimless = None
