"""SIGTERM: nobody new is let in, clients are told to come back, outcomes are kept, and the process ends in time."""

import asyncio
import signal
import subprocess
import time

import pytest

from e2e_client import Live, live_test, number
from e2e_raw import Raw
from e2e_server import BIN, PASSWORD, SANITIZED, Server, new_id
from test_plug import verify

END_WITHIN = 30 if SANITIZED else 10


@live_test()
async def test_sigterm_tells_clients_to_resume_and_ends_in_time(tmp_path):
    with Server(tmp_path / "data") as server:
        anna, bert = server.sign_up(), server.sign_up()
        lives = [await Live.open(person) for person in (anna, anna, bert)]
        begun = time.monotonic()
        server.terminate()
        for live in lives:
            assert (await live.pushed("error"))["name"] == "draining"
            assert (await live.closed())[0] == 4001
        code = await asyncio.to_thread(server.process.wait, END_WITHIN)
        assert code == 0
        assert time.monotonic() - begun < END_WITHIN
        server.start()
        async with await Live.open(bert, resume=lives[2].welcome["resumeToken"]) as live:
            assert live.welcome["incarnation"] == lives[2].welcome["incarnation"]


@live_test()
async def test_outcomes_told_before_and_while_draining_are_kept(tmp_path):
    with Server(tmp_path / "data") as server:
        anna, bert = server.sign_up(), server.sign_up()
        live = await Live.open(anna)
        channel = await live.direct(bert)
        sends = [new_id() for _ in range(40)]
        answers = [await live.start(command={"channelId": channel, "sendId": send_id,
                                             "post": {"content": {"text": send_id}}}) for send_id in sends]
        server.terminate()
        results = await asyncio.gather(*answers, return_exceptions=True)
        await live.closed()
        assert await asyncio.to_thread(server.process.wait, END_WITHIN) == 0
        assert verify(server)["clean"]
        told = {send_id: number(result["outcome"]["seq"]) for send_id, result in zip(sends, results)
                if isinstance(result, dict) and "outcome" in result}
        server.start()
        async with await Live.open(anna) as live:
            stored = {event["header"]["sendId"]: number(event["header"]["seq"])
                      for event in await live.whole_history(channel)}
            assert told.items() <= stored.items()
            for send_id in sends:
                seq = await live.post(channel, send_id, send_id)
                assert told.get(send_id, seq) == seq


@live_test()
async def test_a_client_that_does_not_close_does_not_hold_up_the_end(tmp_path):
    with Server(tmp_path / "data") as server:
        with Raw(server, receive_buffer=4096) as raw, Raw(server) as half:
            raw.open().hello(server.sign_up())
            half.send(b"POST /v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n")
            server.terminate()
            assert await asyncio.to_thread(server.process.wait, END_WITHIN) == 0


def test_a_second_server_on_the_same_data_is_refused_clearly(tmp_path):
    with Server(tmp_path / "data") as server:
        second = subprocess.run([str(BIN / "parleyd"), "--listen", "127.0.0.1:0", "--data", str(server.data)],
                                capture_output=True, text=True, timeout=30)
        assert second.returncode == 1
        assert str(server.data) in second.stderr and str(server.process.pid) in second.stderr
        assert "listening" not in second.stdout
        assert server.call("GET", "/healthz") == {"status": "ok"}


def test_a_port_that_is_taken_is_told(tmp_path):
    with Server(tmp_path / "data") as server:
        second = subprocess.run([str(BIN / "parleyd"), "--listen", f"127.0.0.1:{server.port}", "--data",
                                 str(tmp_path / "other")], capture_output=True, text=True, timeout=30)
        assert second.returncode == 1
        assert str(server.port) in second.stderr


def test_the_minimum_password_cost_is_refused_on_an_address_that_is_not_loopback(tmp_path):
    run = subprocess.run([str(BIN / "parleyd"), "--listen", "0.0.0.0:0", "--data", str(tmp_path / "data"),
                          "--password-cost", "minimum"], capture_output=True, text=True, timeout=30)
    assert run.returncode == 2
    assert "password" in run.stderr


@pytest.mark.parametrize("text, line", [("listen = [\"127.0.0.1:0\"]\nlisten_to = 1\n", 2),
                                        ("\n\n[limits]\ngroup_members = \"many\"\n", 4),
                                        ("data = \"x\"\nnot toml\n", 2)])
def test_a_wrong_line_in_the_configuration_is_named(tmp_path, text, line):
    (tmp_path / "parley.toml").write_text(text)
    run = subprocess.run([str(BIN / "parleyd"), "--config", str(tmp_path / "parley.toml"), "--print-config"],
                         capture_output=True, text=True, timeout=30)
    assert run.returncode == 2
    assert f"parley.toml:{line}" in run.stderr


def test_a_second_signal_does_not_wait(tmp_path):
    with Server(tmp_path / "data") as server:
        person = server.sign_up()
        with Raw(server, receive_buffer=4096) as raw:
            raw.open().hello(person)
            server.process.send_signal(signal.SIGINT)
            server.process.send_signal(signal.SIGINT)
            assert server.process.wait(END_WITHIN) in (0, 1)


def test_a_store_opens_again_after_a_clean_end(tmp_path):
    with Server(tmp_path / "data") as server:
        person = server.sign_up()
        assert server.stop() == 0
        server.start()
        again = server.call("POST", "/v1/auth/sign-in", {"handle": person.handle, "password": PASSWORD})
        assert again["account"] == person.account
