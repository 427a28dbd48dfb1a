"""Behind nginx and HAProxy as deploy/ configures them: everything works, and the server knows who its clients are."""

import asyncio
import http.client
import json
import socket
import ssl
import struct

import pytest

from e2e_client import Live, connect, live_test, seq_of, text_of
from e2e_proxy import Haproxy, Nginx
from e2e_proxy import certificate as self_signed
from e2e_server import DEADLINE, PASSWORD, Server, limits, uuid_text, wait_until

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


class BehindProxies(Server):
    """Listens for X-Forwarded-For and for the PROXY protocol, both from 127.0.0.1 alone."""

    def command(self):
        return [*super().command(), "--listen", "http+proxy://127.0.0.1:0"]

    def proxy_port(self):
        return int(next(line for line in self.lines if "http+proxy://" in line).rsplit(":", 1)[1])


@pytest.fixture(scope="module", name="server")
def module_server(tmp_path_factory):
    flags = ["--trusted-proxies", "127.0.0.1", "--limit-loopback", "true"]
    bounds = limits(signin_failures=2, heartbeat_ms=1000, unauthenticated_per_address=3, signups_per_hour=1000)
    with BehindProxies(tmp_path_factory.mktemp("behind") / "data", *flags, *bounds) as server:
        wait_until(lambda: any("http+proxy://" in line for line in server.lines), "the second listener")
        yield server


@pytest.fixture(scope="module", name="proxy", params=["nginx", "haproxy", "haproxy-v1"])
def module_proxy(request, server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("proxy") / "proxy"
    if request.param == "nginx":
        started = Nginx(folder, server.port)
    else:
        started = Haproxy(folder, server.proxy_port(), "send-proxy" if request.param.endswith("v1") else "send-proxy-v2-ssl")
    started.marks_cookies = not request.param.endswith("v1")
    with started:
        yield started


def ask(port, method, path, body=None, headers=None, source="127.0.0.1", secure=True):
    """(status, headers, body) of a request from another address of this machine."""
    where = ("127.0.0.1", port, DEADLINE)
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    extra = {"context": ssl._create_unverified_context()} if secure else {}
    connection = kind(where[0], where[1], timeout=where[2], source_address=(source, 0), **extra)
    try:
        connection.request(method, path, json.dumps(body) if body else None, {"Content-Type": "application/json", **(headers or {})})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def guess(port, handle, source, headers=None):
    body = {"handle": handle, "password": "a wrong password"}
    return ask(port, "POST", "/v1/auth/sign-in", body, headers, source)[0]


@live_test()
async def test_people_chat_through_the_proxy_with_the_longest_message(proxy):
    anna, bert = proxy.sign_up(), proxy.sign_up()
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        channel = await a.direct(bert)
        longest = "\u00e4" * 100_000
        seq = await a.post(channel, longest)
        assert text_of(await b.event(channel, lambda event: seq_of(event) == seq)).startswith("\u00e4")
        status, _, page = proxy.request("GET", f"/v1/export?channel={uuid_text(channel)}&from=1", None, bert.token)
        assert status == 200 and json.dumps(longest, ensure_ascii=False).encode() in page


@live_test()
async def test_pings_of_both_ends_pass_through_the_proxy(proxy):
    anna = proxy.sign_up()
    async with await Live.open(anna) as live:
        await asyncio.wait_for(await live.socket.ping(b"from the client"), DEADLINE)
        heard = asyncio.Event()
        answer = live.socket.pong

        async def pong(data=b""):
            heard.set()
            await answer(data)

        live.socket.pong = pong
        await asyncio.wait_for(heard.wait(), DEADLINE)
        assert await live.inbox()


def test_guesses_are_counted_for_the_real_address(proxy):
    anna = proxy.sign_up()
    assert [guess(proxy.port, anna.handle, "127.0.0.2") for _ in range(3)] == [401, 401, 429]
    assert guess(proxy.port, anna.handle, "127.0.0.3") == 401


def test_client_cannot_lie_about_its_address(proxy):
    anna = proxy.sign_up()
    lies = [{"X-Forwarded-For": f"192.0.2.{i}", "Forwarded": f"for=192.0.2.{i}", "X-Real-IP": f"192.0.2.{i}"} for i in range(3)]
    assert [guess(proxy.port, anna.handle, "127.0.0.4", lie) for lie in lies] == [401, 401, 429]


@live_test()
async def test_connections_without_hello_are_counted_for_the_real_address(proxy):
    waiting = []
    try:
        for _ in range(3):
            waiting.append(await connect(proxy, local_addr=("127.0.0.5", 0)))
        with pytest.raises(Exception) as refused:
            await connect(proxy, local_addr=("127.0.0.5", 0))
        assert getattr(refused.value, "status_code", 0) == 429
        waiting.append(await connect(proxy, local_addr=("127.0.0.6", 0)))
    finally:
        for one in waiting:
            await one.close()


def test_metrics_do_not_leak_through_the_proxy(proxy, server):
    for path in ("/metrics", "/metrics?x=1", "//metrics", "/./metrics", "/%6detrics", "/v1/../metrics"):
        status, _, body = proxy.request("GET", path)
        assert status in (400, 403, 404) and b"parley_" not in body, path
    assert b"parley_connections" in server.request("GET", "/metrics")[2]


def test_an_export_arrives_as_it_is(proxy, server):
    anna = proxy.sign_up()

    def both():
        return [asked.request("GET", "/v1/export", None, anna.token)[2] for asked in (proxy, server)]

    # The channels of a new person are made behind the answer to signing up.
    wait_until(lambda: (pages := both())[0] == pages[1] and pages[0].count(b"\n") > 3, "the same export by both ways")


def test_cookies_are_marked_as_for_tls_where_the_proxy_can_tell(proxy):
    status, headers, _ = proxy.request("POST", "/v1/accounts", {"handle": f"cookie.{proxy.port}", "password": PASSWORD, "cookie": True})
    assert status in (200, 201)
    assert ("; Secure" in headers["Set-Cookie"]) == proxy.marks_cookies


# ---- without a proxy: those who pretend to be one --------------------------------------------------------------------


def said(port, data, source="127.0.0.1", end=True):
    """Everything the server answers until it closes."""
    with socket.create_connection(("127.0.0.1", port), DEADLINE, (source, 0)) as connection:
        answer = b""
        try:
            connection.sendall(data)
            if end:
                connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                answer += piece
        except OSError:
            pass  # the server was quicker to close
        return answer


def text_header(client):
    return f"PROXY TCP4 {client} 192.0.2.200 50000 443\r\n".encode()


def binary_header(client, command=0x21):
    return SIGNATURE + bytes([command, 0x11, 0, 12]) + socket.inet_aton(client) + socket.inet_aton("192.0.2.200") + struct.pack(">HH", 1, 2)


def request(path, **headers):
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_only_a_trusted_proxy_may_speak_the_proxy_protocol(server):
    hello = text_header("192.0.2.1") + request("/healthz")
    assert said(server.proxy_port(), hello).startswith(b"HTTP/1.1 200 ")
    assert said(server.proxy_port(), hello, "127.0.0.2") == b""
    assert said(server.port, hello).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("data", [request("/healthz"), text_header("192.0.2.1")[:-2] + request("/healthz"),
                                  text_header("192.0.2.999") + request("/healthz"), binary_header("192.0.2.1")[:20],
                                  binary_header("192.0.2.1", 0x22) + request("/healthz"),
                                  SIGNATURE + b"\x21\x11\xff\xff" + b"x" * 3000, b"PROXY UNKNOWN" + b" " * 200 + b"\r\n"],
                         ids=["none", "cut", "address", "cut-binary", "command", "too-large", "too-long"])
def test_what_is_no_header_is_closed_without_an_answer(server, data):
    assert said(server.proxy_port(), data) == b""


def test_health_check_of_a_proxy_is_answered(server):
    for header in (b"PROXY UNKNOWN\r\n", binary_header("192.0.2.1", 0x20), SIGNATURE + b"\x20\0\0\0"):
        assert said(server.proxy_port(), header + request("/readyz")).startswith(b"HTTP/1.1 200 ")


def test_metrics_are_not_told_to_who_came_through_a_proxy(server):
    for header in (text_header("127.0.0.1"), binary_header("127.0.0.1"), b"PROXY UNKNOWN\r\n"):
        assert said(server.proxy_port(), header + request("/metrics")).startswith(b"HTTP/1.1 403 ")
    assert said(server.port, request("/metrics", **{"X-Forwarded-For": "127.0.0.1"})).startswith(b"HTTP/1.1 403 ")


def test_a_header_that_trickles_in_is_cut_off(tmp_path):
    flags = ["--listen", "http+proxy://127.0.0.1:0", "--trusted-proxies", "127.0.0.1", *limits(http_request_ms=1000)]
    with Server(tmp_path / "data", *flags) as server:
        wait_until(lambda: any("http+proxy://" in line for line in server.lines), "the second listener")
        port = int(next(line for line in server.lines if "http+proxy://" in line).rsplit(":", 1)[1])
        assert said(port, b"PROXY TCP4 192.", end=False) == b""


def test_tls_begins_behind_the_header(tmp_path):
    certificate, key = self_signed(tmp_path)
    flags = ["--listen", "https+proxy://127.0.0.1:0", "--tls-certificate", str(certificate), "--tls-key", str(key),
             "--trusted-proxies", "127.0.0.1", "--limit-loopback", "true", *limits(signin_failures=2)]
    with Server(tmp_path / "data", *flags) as server:
        wait_until(lambda: any("https+proxy://" in line for line in server.lines), "the second listener")
        port = int(next(line for line in server.lines if "https+proxy://" in line).rsplit(":", 1)[1])
        anna = server.sign_up()

        def guessed(address):
            body = json.dumps({"handle": anna.handle, "password": "a wrong password"}).encode()
            with socket.create_connection(("127.0.0.1", port), DEADLINE) as plain:
                plain.sendall(binary_header(address))
                with ssl._create_unverified_context().wrap_socket(plain) as secure:
                    secure.sendall(b"POST /v1/auth/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                   b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                    return int(secure.recv(4096).split()[1])

        assert [guessed("192.0.2.1") for _ in range(3)] == [401, 401, 429]
        assert guessed("192.0.2.2") == 401
