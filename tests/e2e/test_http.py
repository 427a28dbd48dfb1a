"""HTTP/1.1 as curl and bare sockets see it."""

import json
import re
import socket
import subprocess
import threading
import time

import pytest

from e2e_raw import Raw
from e2e_server import BIN, PASSWORD, Server, limits, module_server, new_id, uuid_text  # noqa: F401


@pytest.fixture(scope="module")
def anna(server):
    return server.sign_up()


def curl(server, path, *arguments, stdin=None):
    """(status, headers, body) of the last answer."""
    run = subprocess.run(["curl", "-sS", "-i", "--max-time", "30", *arguments, server.url + path],
                         input=stdin, capture_output=True, check=True)
    head, _, body = run.stdout.partition(b"\r\n\r\n")
    while head.startswith(b"HTTP/1.1 100"):
        head, _, body = body.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
    return int(lines[0].split()[1]), headers, body


def error_of(body):
    return json.loads(body)["error"]["name"]


# ---- connections ----------------------------------------------------------------------------------------------------


def test_a_connection_is_kept_for_the_next_request(server):
    run = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{num_connects} %{http_code}\n", server.url + "/healthz",
                          "-o", "/dev/null", server.url + "/readyz", "-o", "/dev/null", server.url + "/v1/account"],
                         capture_output=True, check=True, text=True)
    assert run.stdout.split("\n")[:3] == ["1 200", "0 200", "0 401"]


def test_connection_close_is_obeyed(server):
    with Raw(server) as raw:
        raw.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        status, headers, _ = raw.response()
        assert (status, headers["connection"]) == (200, "close")
        raw.socket.shutdown(socket.SHUT_WR)
        assert raw.at_end()


def test_http_1_0_gets_an_answer_and_the_end(server):
    status, headers, _ = curl(server, "/healthz", "--http1.0")
    assert status == 200
    assert headers.get("connection", "close") == "close"


def test_pipelined_requests_are_answered_in_order(server):
    with Raw(server) as raw:
        raw.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
                 b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert [raw.response()[0] for _ in range(3)] == [200, 404, 200]


# ---- requests -------------------------------------------------------------------------------------------------------


def test_a_chunked_body_is_read(server):
    body = json.dumps({"handle": "nobody.here", "password": PASSWORD}).encode()
    status, _, answer = curl(server, "/v1/auth/sign-in", "-X", "POST", "-H", "Content-Type: application/json",
                             "-H", "Transfer-Encoding: chunked", "--data-binary", "@-", stdin=body)
    assert (status, error_of(answer)) == (401, "wrong_credentials")


def test_expect_100_continue_is_answered(server, anna):
    body = json.dumps({"displayName": "Anna", "about": "x" * 100}).encode()
    run = subprocess.run(["curl", "-sS", "-v", "--expect100-timeout", "20", "-X", "PATCH", "-H", "Expect: 100-continue",
                          "-H", "Content-Type: application/json", "-H", f"Authorization: Bearer {anna.token}",
                          "--data-binary", "@-", server.url + "/v1/account"], input=body, capture_output=True, check=True)
    assert b"100 Continue" in run.stderr and b"200 OK" in run.stderr


@pytest.mark.parametrize("head", [
    b"GET /healthz HTTP/1.1\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /health z HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\nBad Name: x\r\n\r\n",
    b"POST /v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    b"POST /v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /v1/accounts HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    b"POST /v1/accounts HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"\x00\x00\x00\x00",
], ids=lambda head: repr(head)[2:60])
def test_what_is_no_request_is_a_bad_request_and_closes(server, head):
    with Raw(server) as raw:
        raw.send(head)
        status, headers, _ = raw.response()
        assert status == 400
        assert headers["connection"] == "close"


def test_headers_over_the_limit_are_431(server):
    status, headers, body = curl(server, "/healthz", "-H", "X-Long: " + "x" * 17000)
    assert (status, error_of(body)) == (431, "headers_too_large")
    assert headers["connection"] == "close"
    assert curl(server, "/healthz?" + "x" * 17000)[0] == 431


def test_a_body_over_the_limit_is_413_whether_it_is_announced_or_not(server):
    body = b"x" * (4 << 20)
    for how in ([], ["-H", "Transfer-Encoding: chunked"]):
        status, _, answer = curl(server, "/v1/auth/sign-in", "-X", "POST", "-H", "Content-Type: application/json",
                                 "-H", "Expect:", *how, "--data-binary", "@-", stdin=body)
        assert (status, error_of(answer)) == (413, "too_large")


def test_another_media_type_is_415(server):
    status, _, answer = curl(server, "/v1/auth/sign-in", "-d", "handle=anna")
    assert (status, error_of(answer)) == (415, "unsupported_media")


def test_unknown_paths_and_methods_have_their_names(server):
    status, _, answer = curl(server, "/v1/nothing")
    assert (status, error_of(answer)) == (404, "not_found")
    status, headers, answer = curl(server, "/v1/auth/sign-in")
    assert (status, error_of(answer), headers["allow"]) == (405, "method_not_allowed", "POST")


def test_head_is_get_without_the_body(server):
    status, headers, body = curl(server, "/healthz", "-I")
    get = curl(server, "/healthz")
    assert (status, body) == (200, b"")
    assert headers["content-length"] == get[1]["content-length"]


def test_options_names_methods(server):
    status, headers, _ = curl(server, "/v1/account", "-X", "OPTIONS")
    assert status == 204
    assert "PATCH" in headers["allow"]


def test_protobuf_is_understood_and_answered(server, anna):
    from e2e_proto import accounts_pb2
    status, headers, body = server.request("GET", "/v1/account", token=anna.token,
                                           headers={"Accept": "application/x-protobuf"})
    account = accounts_pb2.Account.FromString(body)
    assert (status, headers["Content-Type"]) == (200, "application/x-protobuf")
    assert account.profile.handle == anna.handle
    change = accounts_pb2.ChangeAccount(about="in bytes").SerializeToString()
    status, _, _ = server.request("PATCH", "/v1/account", change, anna.token, {"Content-Type": "application/x-protobuf"})
    assert status == 200
    assert anna.call("GET", "/v1/account")["profile"]["about"] == "in bytes"


def test_answers_are_not_kept_by_caches(server, anna):
    _, headers, _ = curl(server, "/v1/account", "-H", f"Authorization: Bearer {anna.token}")
    assert headers["cache-control"] == "no-store"


# ---- browsers -------------------------------------------------------------------------------------------------------

ORIGIN = "https://chat.example"
PREFLIGHT = ["-X", "OPTIONS", "-H", "Access-Control-Request-Method: POST", "-H", "Access-Control-Request-Headers: authorization"]


@pytest.fixture(scope="module")
def open_server(tmp_path_factory):
    """Lets one foreign origin in, and has little patience."""
    short = limits(http_request_ms=2000, http_idle_ms=1000)
    with Server(tmp_path_factory.mktemp("cors"), "--web-origins", ORIGIN, *short) as server:
        yield server


def test_cors_lets_in_whom_the_operator_named(open_server):
    status, headers, _ = curl(open_server, "/v1/auth/sign-in", "-H", f"Origin: {ORIGIN}", *PREFLIGHT)
    assert (status, headers["access-control-allow-origin"]) == (204, ORIGIN)
    assert "POST" in headers["access-control-allow-methods"]
    assert "authorization" in headers["access-control-allow-headers"].lower()
    _, headers, _ = curl(open_server, "/healthz", "-H", f"Origin: {ORIGIN}")
    assert headers["access-control-allow-origin"] == ORIGIN
    assert "origin" in headers["vary"].lower()


def test_cors_tells_others_nothing(open_server, server):
    for one in (open_server, server):
        status, headers, _ = curl(one, "/v1/auth/sign-in", "-H", "Origin: https://other.example", *PREFLIGHT)
        assert status == 403
        assert "access-control-allow-origin" not in headers
        _, headers, _ = curl(one, "/healthz", "-H", "Origin: https://other.example")
        assert "access-control-allow-origin" not in headers


def test_the_refresh_cookie_is_out_of_reach_for_scripts_and_foreign_pages(server):
    person = server.sign_up()
    body = json.dumps({"handle": person.handle, "password": PASSWORD, "cookie": True})
    arguments = ["-H", "Content-Type: application/json", "-d", body]
    status, headers, answer = curl(server, "/v1/auth/sign-in", *arguments)
    cookie = headers["set-cookie"]
    assert status == 200
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/v1/auth/refresh" in cookie
    assert "refreshToken" not in json.loads(answer)
    pair = cookie.split(";")[0]
    arguments = ["-H", "Content-Type: application/json", "-d", '{"cookie":true}', "-H", f"Cookie: {pair}"]
    assert curl(server, "/v1/auth/refresh", *arguments, "-H", "Origin: https://other.example")[0] == 403
    status, headers, answer = curl(server, "/v1/auth/refresh", *arguments)
    assert status == 200 and headers["set-cookie"].split(";")[0] != pair
    # Nothing else takes it.
    assert curl(server, "/v1/account", "-H", f"Cookie: {pair}")[0] == 401


# ---- time -----------------------------------------------------------------------------------------------------------


def test_headers_that_trickle_are_cut_off(open_server):
    with Raw(open_server) as raw:
        stop = threading.Event()

        def trickle():
            raw.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
            while not stop.wait(0.1):
                try:
                    raw.send(b"X-A: b\r\n")
                except OSError:
                    return

        sender = threading.Thread(target=trickle, daemon=True)
        begun = time.monotonic()
        sender.start()
        assert raw.response()[0] == 408
        stop.set()
        sender.join()
        assert time.monotonic() - begun < 15


def test_a_body_that_never_comes_is_cut_off(open_server):
    with Raw(open_server) as raw:
        raw.send(b"POST /v1/auth/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                 b"Content-Length: 100\r\n\r\n{")
        assert raw.response()[0] == 408


def test_an_idle_connection_is_closed(open_server):
    with Raw(open_server) as raw:
        raw.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert raw.response()[0] == 200
        assert raw.at_end()


def test_many_slow_connections_do_not_keep_others_out(open_server):
    slow = [Raw(open_server) for _ in range(40)]
    try:
        for raw in slow:
            raw.send(b"GET / HTTP/1.1\r\n")
        assert curl(open_server, "/healthz")[0] == 200
    finally:
        for raw in slow:
            raw.socket.close()


# ---- what an operator asks --------------------------------------------------------------------------------------------


def test_health_and_metrics_tell_how_it_is(server, anna):
    anna.call("GET", "/v1/account")
    assert json.loads(curl(server, "/healthz")[2]) == {"status": "ok"}
    assert json.loads(curl(server, "/readyz")[2]) == {"status": "ready"}
    status, headers, text = curl(server, "/metrics")
    assert status == 200 and headers["content-type"].startswith("text/plain")
    names = {line.split("{")[0].split(" ")[0] for line in text.decode().splitlines() if line and line[0] != "#"}
    assert any(name.startswith("parley_connections") for name in names)
    assert any("commit" in name for name in names), sorted(names)


def test_metrics_are_not_told_through_a_proxy(server):
    assert curl(server, "/metrics", "-H", "X-Forwarded-For: 203.0.113.9")[0] == 403


def test_a_channel_goes_over_http_alone(server, anna):
    bert = server.sign_up()
    outcome = anna.call("POST", "/v1/channels", {"sendId": new_id(), "createChannel": {"kind": "CHANNEL_KIND_DIRECT",
                                                                                         "peer": bert.account}})
    channel = outcome["channelId"]
    posted = anna.command(channel, post={"content": {"text": "by HTTP"}})
    assert posted["seq"] == "2"
    page = bert.call("GET", f"/v1/channels/{uuid_text(channel)}/history?limit=1")
    assert [event["content"]["text"] for event in page["events"]] == ["by HTTP"]
    assert bert.call("GET", f"/v1/channels/{uuid_text(channel)}")["row"]["unread"] == "1"
    registers = bert.call("PUT", f"/v1/channels/{uuid_text(channel)}/cursor", {"read": 2})
    assert registers["read"] == "2"
    receipts = anna.call("GET", f"/v1/channels/{uuid_text(channel)}/events/2/receipts")
    assert receipts["receipts"][0]["read"] == "2"


def test_the_front_page_names_a_command_that_there_is(tmp_path):
    with Server(tmp_path / "data", "--web", "false") as server:
        status, headers, page = server.request("GET", "/")
    assert status == 200 and headers["Content-Type"].startswith("text/html")
    command = re.search(r"parley --server (\S+) (\S+) HANDLE", page.decode())
    assert command[1] == server.url
    subprocess.run([BIN / "parley", command[2], "--help"], check=True, stdout=subprocess.DEVNULL)
