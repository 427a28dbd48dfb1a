"""Sockets by hand: HTTP and WebSocket bytes as nobody's library would send them, and a client that does not read."""

import base64
import json
import os
import socket
import struct

from e2e_server import DEADLINE

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def frame(opcode, payload=b"", fin=True, rsv=0, masked=True, claimed=None):
    """One frame of a client. `claimed` is a length that the header tells instead of the true one."""
    size = len(payload) if claimed is None else claimed
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    mask_bit = 0x80 if masked else 0
    if size < 126:
        head += bytes([mask_bit | size])
    elif size < 65536:
        head += bytes([mask_bit | 126]) + struct.pack("!H", size)
    else:
        head += bytes([mask_bit | 127]) + struct.pack("!Q", size)
    if not masked:
        return head + payload
    key = os.urandom(4)
    return head + key + bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))


class Raw:
    """A blocking socket; `receive_buffer` keeps the kernel from reading ahead for a client that does not."""

    def __init__(self, server, receive_buffer=None):
        self.server = server
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(DEADLINE)
        self.socket.connect(("127.0.0.1", server.port))
        self.buffer = b""
        self.pushes = []
        self.requests = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def _fill(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError("the server closed the connection")
        self.buffer += data

    def take(self, size):
        while len(self.buffer) < size:
            self._fill()
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def take_until(self, mark):
        while mark not in self.buffer:
            self._fill()
        taken, _, self.buffer = self.buffer.partition(mark)
        return taken

    def at_end(self):
        """True when the server has closed and nothing is left to read."""
        try:
            while True:
                self._fill()
        except (EOFError, ConnectionResetError):
            return True

    # ---- HTTP ------------------------------------------------------------------------------------------------------

    def response(self):
        """(status, headers, body) of the next answer; a body as long as Content-Length says."""
        head = self.take_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        status = int(head[0].split()[1])
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:])}
        return status, headers, self.take(int(headers.get("content-length", 0)))

    def upgrade(self, path="/v1/ws", **changed):
        """Sends a handshake, its headers changed or left out (None); the answer. The accept value is not checked."""
        headers = {
            "Host": f"127.0.0.1:{self.server.port}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            "Sec-WebSocket-Version": "13",
        }
        headers.update({name.replace("_", "-"): value for name, value in changed.items()})
        lines = [f"{name}: {value}\r\n" for name, value in headers.items() if value is not None]
        self.send(f"GET {path} HTTP/1.1\r\n{''.join(lines)}\r\n".encode())
        return self.response()

    def open(self):
        assert self.upgrade()[0] == 101
        return self

    # ---- frames ----------------------------------------------------------------------------------------------------

    def read_frame(self):
        """(opcode, payload); a server never masks, never fragments and sets no reserved bit."""
        first, second = self.take(2)
        assert first & 0x70 == 0 and first & 0x80 and second & 0x80 == 0
        size = second & 0x7F
        if size == 126:
            size = struct.unpack("!H", self.take(2))[0]
        elif size == 127:
            size = struct.unpack("!Q", self.take(8))[0]
        return first & 0x0F, self.take(size)

    def close_code(self):
        """Reads until the server's close frame; its code."""
        while True:
            opcode, payload = self.read_frame()
            if opcode == CLOSE:
                return struct.unpack("!H", payload[:2])[0] if payload else 1005

    def hello(self, person, **fields):
        """Says hello; the Welcome."""
        return self.ask(hello={"version": 1, "accessToken": person.token, **fields})["welcome"]

    def ask(self, **body):
        self.requests += 1
        self.send(frame(TEXT, json.dumps({"request": self.requests, **body}).encode()))
        while True:
            answer = self.read_json()
            if int(answer.get("request", 0)) == self.requests:
                return answer
            self.pushes.append(answer)

    def read_json(self):
        while True:
            opcode, payload = self.read_frame()
            if opcode == TEXT:
                return json.loads(payload)
            if opcode == PING:
                self.send(frame(PONG, payload))
            elif opcode == CLOSE:
                raise EOFError(f"closed with {payload!r}")
