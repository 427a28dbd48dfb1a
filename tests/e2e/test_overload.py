"""More than the server can carry: a named error instead of a wait without end, first for who has most waiting, and it
goes on by itself."""

import asyncio
import contextlib
import shutil
import subprocess

import pytest

from e2e_client import Live, Refused, live_test
from e2e_server import BIN, SANITIZED, Server, limits, new_id, wait_until
from test_disk import direct, name_of, post

# A disk that takes its time: no sync ends while the file exists.
SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>
static void wait_for_it(void) { while (access(getenv("SYNC_HANGS"), F_OK) == 0) usleep(1000); }
int fsync(int fd) { wait_for_it(); return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd); }
int fdatasync(int fd) { wait_for_it(); return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd); }
"""
QUEUE_DELAY_MS = 50


@pytest.fixture
def slow_server(tmp_path, monkeypatch):
    """A server, and the file that makes its syncs hang while it exists."""
    compiler = shutil.which("cc") or shutil.which("clang-19")
    if compiler is None:
        pytest.skip("NOT TESTED: syncs that hang need a C compiler")
    if SANITIZED:
        pytest.skip("a sanitizer has to be the first library of a process")
    source, library, switch = tmp_path / "shim.c", tmp_path / "shim.so", tmp_path / "syncs-hang"
    source.write_text(SHIM)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True)
    monkeypatch.setenv("LD_PRELOAD", str(library))
    monkeypatch.setenv("SYNC_HANGS", str(switch))
    with Server(tmp_path / "data", *limits(queue_delay_ms=QUEUE_DELAY_MS)) as server:
        monkeypatch.delenv("LD_PRELOAD")
        yield server, switch
        switch.unlink(missing_ok=True)


async def until_refused(live, channel):
    """Sends until a send is refused; the sends that have no answer yet, and the error."""
    sends = {}
    while True:
        send_id = new_id()
        sends[asyncio.ensure_future(live.post(channel, "hello", send_id))] = send_id
        done, _ = await asyncio.wait(sends, timeout=QUEUE_DELAY_MS / 1000, return_when=asyncio.FIRST_COMPLETED)
        for send in done:
            with pytest.raises(Refused) as refused:
                send.result()
            refused.value.send_id = sends.pop(send)
        if done:
            return list(sends), refused.value


async def taken_of(waiting):
    """What became of the sends that had no answer: the seqs of those that were taken. On a slow machine some were refused."""
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    for refused in (answer for answer in answers if isinstance(answer, Exception)):
        assert isinstance(refused, Refused) and refused.name == "overloaded", refused
    return [int(answer) for answer in answers if not isinstance(answer, Exception)]


@live_test()
async def test_who_waits_too_long_is_told_so_and_nothing_that_was_taken_is_lost(slow_server):
    server, switch = slow_server
    anna, bert = server.sign_up(), server.sign_up()
    channel = direct(anna, bert)
    async with await Live.open(anna) as a, await Live.open(bert) as b:
        switch.touch()
        waiting, refused = await until_refused(a, channel)
        assert refused.name == "overloaded"
        assert refused.answer["error"]["retryAfterMs"] >= 250
        # Others who have nothing waiting are still let in for a while, then nobody is.
        _, everybody = await until_refused(b, channel)
        assert everybody.name == "overloaded"
        assert server.call("GET", "/healthz") is not None, "the server itself is awake"
        switch.unlink()
        taken = await taken_of(waiting)
        assert taken, "what came in time was taken"
        assert taken == sorted(taken) and len(set(taken)) == len(taken)
        while True:  # it goes on by itself
            try:
                last = int(await a.post(channel, "again", refused.send_id))
                break
            except Refused as still:
                assert still.name == "overloaded"
        assert last > taken[-1]


def test_over_http_the_error_is_503_with_retry_after(slow_server):
    server, switch = slow_server
    anna, bert = server.sign_up(), server.sign_up()
    channel = direct(anna, bert)

    async def fill():
        async with await Live.open(anna) as live:
            waiting, _ = await until_refused(live, channel)
            seen = set()

            def refused():
                with pytest.raises(Exception) as error:
                    post(bert, channel, "hello")
                seen.add((getattr(error.value, "name", None), getattr(error.value, "status", None)))

            await asyncio.get_running_loop().run_in_executor(None, refused)
            switch.unlink()
            await taken_of(waiting)
            return seen

    switch.touch()
    assert asyncio.run(fill()) == {("overloaded", 503)}
    wait_until(lambda: name_of(post, bert, channel, "again") is None, "posting goes on by itself")


def test_a_server_over_its_bound_of_memory_takes_no_more(tmp_path):
    bound = ("--memory-mib", "32", "--cache-store-mib", "8", "--cache-write-mib", "8")
    with Server(tmp_path / "data", *bound) as server:
        wait_until(lambda: name_of(server.sign_up) == "overloaded", "nobody is let in")
        assert any("state=full" in line for line in server.errors)


@pytest.mark.skipif(SANITIZED, reason="a sanitizer keeps what was freed")
def test_a_server_that_was_full_takes_people_again_when_the_crowd_has_gone(tmp_path):
    bound = ("--memory-mib", "64", "--cache-store-mib", "8", "--cache-write-mib", "8")
    with Server(tmp_path / "data", *bound) as server:
        crowd = [BIN / "parley-bench", "group", "--sessions", "600", "--members", "100", "--window", "8", "--seconds", "3",
                 "--server", server.url]  # fmt: skip

        def was_full():
            with contextlib.suppress(subprocess.TimeoutExpired):
                subprocess.run(crowd, capture_output=True, check=False, timeout=5)
            return any("state=full" in line for line in server.errors)

        wait_until(was_full, "the server is full", deadline=60)
        wait_until(lambda: name_of(server.sign_up) is None, "somebody is let in")


def test_a_bound_of_memory_below_its_caches_is_refused(tmp_path):
    server = Server(tmp_path / "data", "--memory-mib", "100")
    with pytest.raises(AssertionError, match="memory_mib: 100 MiB is too little"):
        server.start()


def test_send_ids_refused_for_load_may_be_sent_again(slow_server):
    server, switch = slow_server
    anna, bert = server.sign_up(), server.sign_up()
    channel = direct(anna, bert)
    send_id = new_id()

    async def refused_then_posted():
        async with await Live.open(anna) as live:
            waiting, _ = await until_refused(live, channel)
            with pytest.raises(Refused):
                await live.post(channel, "the same", send_id)
            switch.unlink()
            await taken_of(waiting)

    switch.touch()
    asyncio.run(refused_then_posted())

    async def again():
        async with await Live.open(anna) as live:
            while True:
                try:
                    first = await live.post(channel, "the same", send_id)
                    return first, await live.post(channel, "the same", send_id)
                except Refused as still:
                    assert still.name == "overloaded"

    first, second = asyncio.run(again())
    assert first == second
