"""RFC 6455 as independent clients see it: Debian's websockets and wsproto, and frames made by hand."""

import asyncio
import json
import struct

import pytest
import websockets
import wsproto
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Message, Ping, Pong, Request, TextMessage

from e2e_client import Live, connect, live_test
from e2e_raw import BINARY, CLOSE, PING, PONG, TEXT, Raw, frame
from e2e_server import Server, limits, module_server  # noqa: F401


@pytest.fixture
def raw(server):
    with Raw(server) as connection:
        yield connection.open()


@pytest.fixture(scope="module")
def anna(server):
    return server.sign_up()


def hello(person):
    return json.dumps({"request": 1, "hello": {"version": 1, "accessToken": person.token}}).encode()


# ---- handshake ------------------------------------------------------------------------------------------------------


def test_the_handshake_computes_the_accept_value_of_the_rfc(server):
    with Raw(server) as raw:
        status, headers, _ = raw.upgrade(Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==")
    assert status == 101
    assert headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert headers["upgrade"].lower() == "websocket" and headers["connection"].lower() == "upgrade"


def test_the_subprotocol_is_chosen_only_when_it_was_offered(server):
    with Raw(server) as raw:
        assert raw.upgrade(Sec_WebSocket_Protocol="chat, parley.v1")[1]["sec-websocket-protocol"] == "parley.v1"
    with Raw(server) as raw:
        assert "sec-websocket-protocol" not in raw.upgrade(Sec_WebSocket_Protocol="chat")[1]


@pytest.mark.parametrize("changed", [
    {"Sec_WebSocket_Key": None},
    {"Sec_WebSocket_Key": "c2hvcnQ="},
    {"Sec_WebSocket_Key": "not base64 at all!!!!!!!"},
    {"Host": None},
], ids=lambda changed: f"{next(iter(changed))}={next(iter(changed.values()))}")
def test_a_broken_handshake_is_a_bad_request(server, changed):
    with Raw(server) as raw:
        assert raw.upgrade(**changed)[0] == 400


@pytest.mark.parametrize("changed", [
    {"Upgrade": None},
    {"Connection": "keep-alive"},
    {"Sec_WebSocket_Version": "8"},
    {"Sec_WebSocket_Version": None},
], ids=lambda changed: f"{next(iter(changed))}={next(iter(changed.values()))}")
def test_what_is_no_handshake_of_version_13_is_told_to_upgrade(server, changed):
    with Raw(server) as raw:
        status, headers, _ = raw.upgrade(**changed)
    assert status == 426
    assert headers["sec-websocket-version"] == "13"


def test_a_foreign_web_origin_is_refused_and_the_own_one_is_not(server):
    with Raw(server) as raw:
        assert raw.upgrade(Origin="https://elsewhere.example")[0] == 403
    with Raw(server) as raw:
        assert raw.upgrade(Origin=f"http://127.0.0.1:{server.port}")[0] == 101


@live_test()
async def test_compression_that_is_offered_is_not_taken(server, anna):
    async with connect(server, compression="deflate") as socket:
        assert socket.extensions == []
        await socket.send(hello(anna).decode())
        assert "welcome" in json.loads(await socket.recv())


# ---- messages -------------------------------------------------------------------------------------------------------


@live_test()
async def test_a_message_in_fragments_is_one_message(server, anna):
    async with connect(server) as socket:
        text = hello(anna).decode()
        await socket.send([text[:1], text[1:7], "", text[7:]])
        assert "welcome" in json.loads(await socket.recv())


def test_a_ping_between_fragments_is_answered_at_once(raw, anna):
    text = hello(anna)
    raw.send(frame(TEXT, text[:10], fin=False))
    raw.send(frame(PING, b"still there?"))
    assert raw.read_frame() == (PONG, b"still there?")
    raw.send(frame(0, text[10:]))
    assert "welcome" in raw.read_json()


def test_bytes_may_arrive_one_by_one(raw, anna):
    for byte in frame(TEXT, hello(anna)):
        raw.send(bytes([byte]))
    assert "welcome" in raw.read_json()


def test_a_code_point_may_be_cut_by_a_fragment(raw, anna):
    body = json.dumps({"request": 1, "hello": {"version": 1, "accessToken": anna.token, "client": "📱"}},
                      ensure_ascii=False).encode()
    cut = body.index("📱".encode()) + 2
    raw.send(frame(TEXT, body[:cut], fin=False) + frame(0, body[cut:]))
    assert "welcome" in raw.read_json()


@live_test()
async def test_ping_with_data_and_an_unasked_pong_are_fine(server, anna):
    async with connect(server) as socket:
        await socket.send(hello(anna).decode())
        await socket.recv()
        await socket.pong(b"nobody asked")
        await asyncio.wait_for(await socket.ping(b"x" * 125), 10)


def test_wsproto_holds_a_conversation(server, anna):
    connection = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
    got = []
    with Raw(server) as raw:

        def read_until(kind):
            while not any(isinstance(event, kind) for event in got):
                connection.receive_data(raw.socket.recv(65536))
                got.extend(connection.events())
            return next(got.pop(i) for i, event in enumerate(got) if isinstance(event, kind))

        raw.send(connection.send(Request(host="127.0.0.1", target="/v1/ws")))
        read_until(AcceptConnection)
        text = hello(anna).decode()
        raw.send(connection.send(Message(data=text[:20], message_finished=False)))
        raw.send(connection.send(Ping(payload=b"mid")))
        raw.send(connection.send(Message(data=text[20:], message_finished=True)))
        assert bytes(read_until(Pong).payload) == b"mid"
        assert "welcome" in json.loads(read_until(TextMessage).data)
        raw.send(connection.send(CloseConnection(code=1000, reason="done")))
        assert read_until(CloseConnection).code == 1000
        assert raw.at_end()


def test_binary_frames_speak_protobuf(server, anna, frames_pb2):
    ask = frames_pb2.ClientFrame(request=7)
    ask.hello.version = 1
    ask.hello.access_token = anna.token
    connection = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
    with Raw(server) as raw:
        raw.send(connection.send(Request(host="127.0.0.1", target="/v1/ws")))
        got = []
        while not any(isinstance(event, AcceptConnection) for event in got):
            connection.receive_data(raw.socket.recv(65536))
            got.extend(connection.events())
        raw.send(connection.send(BytesMessage(data=ask.SerializeToString())))
        data = b""
        while not data or not event.message_finished:
            connection.receive_data(raw.socket.recv(65536))
            for event in connection.events():
                data += bytes(event.data)
    answer = frames_pb2.ServerFrame.FromString(data)
    assert answer.request == 7
    assert len(answer.welcome.account) == 16 and len(answer.welcome.incarnation) == 16


@pytest.fixture(scope="module")
def frames_pb2():
    from e2e_proto import frames_pb2
    return frames_pb2


# ---- the end --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [1000, 1001, 3000, 4999])
@live_test()
async def test_a_clients_close_is_answered_with_its_code(server, anna, code):
    live = await Live.open(anna)
    await live.socket.close(code, "enough")
    assert (live.socket.close_rcvd.code, live.socket.close_rcvd_then_sent) == (code, False)


def test_an_empty_close_is_answered_and_the_server_hangs_up(raw):
    raw.send(frame(CLOSE))
    assert raw.read_frame() == (CLOSE, b"")
    assert raw.at_end()


def test_the_server_closes_with_a_frame_and_waits_for_the_answer(raw, anna):
    raw.send(frame(TEXT, json.dumps({"request": 1, "hello": {"version": 99}}).encode()))
    assert raw.read_json()["error"]["name"] == "unsupported_version"
    assert raw.close_code() == 4406
    raw.send(frame(CLOSE, struct.pack("!H", 4406)))
    assert raw.at_end()


# What the bytes are, and the code they close with.
BREACHES = {
    "unmasked": (frame(TEXT, b"{}", masked=False), 1002),
    "rsv1": (frame(TEXT, b"{}", rsv=4), 1002),
    "rsv2": (frame(TEXT, b"{}", rsv=2), 1002),
    "rsv3": (frame(BINARY, b"", rsv=1), 1002),
    "opcode 3": (frame(3, b""), 1002),
    "opcode 7": (frame(7, b"x"), 1002),
    "opcode 11": (frame(11, b""), 1002),
    "opcode 15": (frame(15, b""), 1002),
    "ping of 126 bytes": (frame(PING, b"x" * 126), 1002),
    "ping in fragments": (frame(PING, b"x", fin=False), 1002),
    "close of 126 bytes": (frame(CLOSE, b"\x03\xe8" + b"x" * 124), 1002),
    "close of one byte": (frame(CLOSE, b"\x03"), 1002),
    "close code 999": (frame(CLOSE, struct.pack("!H", 999)), 1002),
    "close code 1005": (frame(CLOSE, struct.pack("!H", 1005)), 1002),
    "close code 1006": (frame(CLOSE, struct.pack("!H", 1006)), 1002),
    "close code 2999": (frame(CLOSE, struct.pack("!H", 2999)), 1002),
    "close code 5000": (frame(CLOSE, struct.pack("!H", 5000)), 1002),
    "close reason not UTF-8": (frame(CLOSE, b"\x03\xe8\xff"), 1007),
    "continuation of nothing": (frame(0, b"x"), 1002),
    "text within fragments": (frame(TEXT, b"a", fin=False) + frame(TEXT, b"b"), 1002),
    "length with the highest bit": (bytes([0x82, 0xFF]) + b"\xff" * 8 + b"mask", 1002),
    "text not UTF-8": (frame(TEXT, b"{\"\xc3\x28\"}"), 1007),
    "surrogate in UTF-8": (frame(TEXT, b"\xed\xa0\x80"), 1007),
    "overlong UTF-8": (frame(TEXT, b"\xc0\xaf"), 1007),
    "beyond U+10FFFF": (frame(TEXT, b"\xf4\x90\x80\x80"), 1007),
    "text that ends within a code point": (frame(TEXT, "é".encode()[:1]), 1007),
    "broken UTF-8 in an early fragment": (frame(TEXT, b"\xff", fin=False) + frame(0, b"x"), 1007),
    "more than may be said before hello": (frame(BINARY, b"x" * 9000), 1009),
    "a promise of 2^40 bytes": (frame(BINARY, b"x", claimed=1 << 40), 1009),
    "fragments that add up": (frame(BINARY, b"x" * 6000, fin=False) + frame(0, b"x" * 6000), 1009),
}


@pytest.mark.parametrize("bytes_, code", BREACHES.values(), ids=BREACHES.keys())
def test_a_breach_closes_with_its_code(raw, bytes_, code):
    raw.send(bytes_)
    assert raw.close_code() == code
    raw.socket.shutdown(1)
    assert raw.at_end()


@live_test()
async def test_after_hello_a_frame_over_the_limit_closes_with_1009(server, anna):
    live = await Live.open(anna)
    frame_bytes = next(int(one["value"]) for one in live.welcome["limits"] if one["name"] == "frame_bytes")
    await live.socket.send(b"x" * (frame_bytes + 1))
    assert (await live.closed())[0] == 1009


def test_a_connection_that_ends_within_a_frame_hurts_nobody(server, anna):
    for cut in (1, 5, 20):
        with Raw(server) as raw:
            raw.open().send(frame(TEXT, hello(anna))[:cut])
    with Raw(server) as raw:
        assert "account" in raw.open().hello(anna)


@live_test()
async def test_whoever_says_no_hello_in_time_is_closed(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("hello"), *limits(hello_ms=1000)) as quick:
        async with connect(quick) as socket:
            with pytest.raises(websockets.ConnectionClosed):
                await asyncio.wait_for(socket.recv(), 10)
            assert socket.close_code == 4408


@live_test()
async def test_a_peer_that_answers_no_ping_is_dropped_and_one_that_does_is_kept(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("ping"), *limits(heartbeat_ms=1000, heartbeat_grace_ms=3000)) as quick:
        person = quick.sign_up()
        async with await Live.open(person) as kept:
            with Raw(quick) as raw:
                raw.open().hello(person)
                while raw.read_frame() != (PING, b""):
                    pass  # what is told besides
                assert await asyncio.get_running_loop().run_in_executor(None, raw.at_end)
            assert (await kept.ask(getInbox={}))["inbox"]
