"""Sockets by hand: frames and requests of which every byte is ours. Answers are dicts in proto3 JSON, whatever the form."""

import base64
import json
import os
import socket
import ssl
import struct
import urllib.parse

from google.protobuf import json_format

from e2e_proto import frames_pb2
from e2e_server import DEADLINE

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Silence(Exception):
    """The server neither answered nor closed."""


class Target:
    """Where the server is."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.url, self.host, self.secure = url.rstrip("/"), parts.hostname, parts.scheme == "https"
        self.port = parts.port or (443 if self.secure else 80)

    def connect(self, deadline=DEADLINE):
        plain = socket.create_connection((self.host, self.port), deadline)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return ssl._create_unverified_context().wrap_socket(plain, server_hostname=self.host) if self.secure else plain


class Bytes:
    """A socket, read in pieces of a wanted size."""

    def __init__(self, target):
        self.target, self.socket, self.buffer = target, target.connect(), b""

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def fill(self):
        try:
            data = self.socket.recv(262144)
        except TimeoutError:
            raise Silence("no answer within the deadline") from None
        if not data:
            raise EOFError("the server closed the connection")
        self.buffer += data

    def take(self, size):
        while len(self.buffer) < size:
            self.fill()
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def take_until(self, mark):
        while mark not in self.buffer:
            self.fill()
        taken, _, self.buffer = self.buffer.partition(mark)
        return taken


def frame(opcode, payload):
    """One masked frame; the mask is zeros, which is one like any other."""
    size = len(payload)
    head = bytes([0x80 | opcode])
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 65536:
        head += b"\xfe" + struct.pack("!H", size)
    else:
        head += b"\xff" + struct.pack("!Q", size)
    return head + bytes(4) + payload


class Ended(Exception):
    """The server ended the session: the error it said, if any, the close code, and the reason beside the code."""

    def __init__(self, error, code, reason=""):
        super().__init__(f"{error and error['name']} {code} {reason}")
        self.error, self.code, self.reason = error, code, reason


class Line(Bytes):
    """One WebSocket connection, in JSON or in protobuf. What is pushed waits in `pushes`."""

    def __init__(self, target, binary=False):
        super().__init__(target)
        self.binary, self.pushes, self.last_error, self.requests = binary, [], None, 0
        key = base64.b64encode(os.urandom(16)).decode()
        self.send(f"GET /v1/ws HTTP/1.1\r\nHost: {target.host}:{target.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        head = self.take_until(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head
        self.welcome = None

    def hello(self, token, **fields):
        self.welcome = self.ask(hello={"version": 1, "accessToken": token, **fields})["welcome"]
        return self

    def say(self, payload):
        """One message of ours, in the form of this connection."""
        self.send(frame(BINARY if self.binary else TEXT, payload))

    def say_tree(self, tree):
        if self.binary:
            self.say(json_format.ParseDict(tree, frames_pb2.ClientFrame()).SerializeToString())
        else:
            self.say(json.dumps(tree).encode())

    def read(self):
        """The next frame of the server as a dict; Ended when it closes."""
        while True:
            try:
                first, second = self.take(2)
                size = second & 0x7F
                if size == 126:
                    size = struct.unpack("!H", self.take(2))[0]
                elif size == 127:
                    size = struct.unpack("!Q", self.take(8))[0]
                payload = self.take(size)
            except (EOFError, ConnectionError):
                raise Ended(self.last_error, None) from None
            opcode = first & 0x0F
            if opcode == TEXT:
                return json.loads(payload)
            if opcode == BINARY:
                return json_format.MessageToDict(frames_pb2.ServerFrame.FromString(payload))
            if opcode == PING:
                self.send(frame(PONG, payload))
            elif opcode == CLOSE:
                code = struct.unpack("!H", payload[:2])[0] if payload else None
                raise Ended(self.last_error, code, payload[2:].decode())

    def answer(self, request):
        """The answer with that number. An error without a number is kept: it says why the session ends."""
        while True:
            told = self.read()
            number = int(told.get("request", 0))
            if number == request and number:
                return told
            if not number and "error" in told:
                self.last_error = told["error"]
            else:
                self.pushes.append(told)

    def ask(self, **body):
        self.requests += 1
        self.say_tree({"request": self.requests, **body})
        return self.answer(self.requests)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body) if self.body else {}

    @property
    def error(self):
        if self.status < 400:
            return None
        try:
            return self.json["error"]
        except (ValueError, KeyError, TypeError):
            return {"name": f"no error in the body: {self.body[:100]!r}"}


class Http:
    """Requests on one connection that is opened again when the server has closed it."""

    def __init__(self, target):
        self.target, self.line = target, None

    def close(self):
        if self.line:
            self.line.close()
            self.line = None

    def send(self, data, head_only=False):
        """The answer to bytes that are one whole request."""
        for fresh in (False, True):
            if self.line is None or fresh:
                self.close()
                self.line = Bytes(self.target)
            try:
                self.line.send(data)
                return self._read(head_only)
            except (EOFError, ConnectionError):
                if fresh:
                    raise
        raise AssertionError("not reached")

    def _read(self, head_only):
        while True:
            head = self.line.take_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
            status = int(head[0].split()[1])
            if status != 100:
                break
        headers = {}
        for line in head[1:]:
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        body = b"" if head_only else self.line.take(int(headers.get("content-length", 0)))
        if headers.get("connection") == "close":
            self.close()
        return Answer(status, headers, body)

    def ask(self, method, path, body=None, token=None, headers=(), media="application/json"):
        """`body` is bytes, or what JSON can say; `headers` are pairs, sent as they are and as often as they are there."""
        lines = [("Host", f"{self.target.host}:{self.target.port}"), *headers]
        if token is not None:
            lines.append(("Authorization", f"Bearer {token}"))
        if body is not None:
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
            lines += [("Content-Type", media)] if media else []
            lines.append(("Content-Length", str(len(body))))
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines) + "\r\n"
        return self.send(head.encode("utf-8", "surrogateescape") + (body or b""))
