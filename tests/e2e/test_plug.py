"""Pulling the plug: kill -9 while many clients write. Whatever was told to be posted is there, once, in order."""

import asyncio
import collections
import json
import os
import random
import secrets
import subprocess

from e2e_client import Live, live_test, number, refusal, seq_of, text_of
from e2e_server import BIN, DEADLINE, Refused, Server, new_id

PEOPLE = 4
# `make plug ROUNDS=50` is the long form.
ROUNDS = int(os.environ.get("PARLEY_PLUG_ROUNDS", "5"))
WINDOW = 16
# Where the kill lands is left to chance on purpose; a failure names the seed.
SEED = random.SystemRandom().randrange(1 << 32)


def verify(server):
    """The report of parleyd --verify on the data of a server that does not run."""
    run = subprocess.run([str(BIN / "parleyd"), "--verify", str(server.data), "--json"], capture_output=True, text=True)
    assert run.returncode == 0, f"verify ended with {run.returncode}:\n{run.stdout}\n{run.stderr}"
    return json.loads(run.stdout)


class Sends:
    """What one person sent to one channel: bodies and told outcomes by send_id."""

    def __init__(self, person, channel, chance):
        self.person, self.channel, self.chance = person, channel, chance
        self.bodies = {}
        self.told = {}
        self.deleting = set()

    def next(self):
        """Mostly a message; now and then a reaction to one of mine, or its deletion."""
        send_id = new_id()
        mine = [one for one, seq in self.told.items() if "post" in self.bodies[one] and one not in self.deleting]
        roll = self.chance.random()
        if mine and roll < 0.1:
            self.bodies[send_id] = {"react": {"target": self.told[self.chance.choice(mine)], "content": {"text": "+"}}}
        elif mine and roll < 0.2:
            gone = self.chance.choice(mine)
            self.deleting.add(gone)
            self.bodies[send_id] = {"delete": {"targets": [self.told[gone]]}}
        else:
            self.bodies[send_id] = {"post": {"content": {"text": f"{self.person.handle} {len(self.bodies)}"}}}
        return send_id

    def open(self):
        return [send_id for send_id in self.bodies if send_id not in self.told]


async def write_until_cut(sends, told_enough):
    """Keeps WINDOW posts in flight, first what is open from before, until the connection dies."""
    try:
        live = await Live.open(sends.person)
    except (OSError, Refused):
        return
    todo = collections.deque(sends.open())
    flying = {}
    try:
        while True:
            while len(flying) < WINDOW:
                send_id = todo.popleft() if todo else sends.next()
                command = {"channelId": sends.channel, "sendId": send_id, **sends.bodies[send_id]}
                flying[await live.start(command=command)] = send_id
            done, _ = await asyncio.wait(flying, return_when=asyncio.FIRST_COMPLETED)
            for answer in done:
                send_id = flying.pop(answer)
                outcome = answer.result()["outcome"]
                # A reaction may meet a message that was deleted meanwhile; 0 stands for that.
                assert outcome.get("refused", "target_deleted") == "target_deleted", outcome
                sends.told[send_id] = number(outcome.get("seq"))
            told_enough(len(done))
    except (ConnectionError, OSError):
        pass
    finally:
        await asyncio.gather(*flying, return_exceptions=True)
        await live.close()


async def write_and_kill(server, all_sends, after):
    """Everybody writes; the server is killed when `after` outcomes were told in this round."""
    told = 0
    enough = asyncio.Event()

    def count(more):
        nonlocal told
        told += more
        if told >= after:
            enough.set()

    writers = [asyncio.create_task(write_until_cut(sends, count)) for sends in all_sends]
    await asyncio.wait_for(enough.wait(), DEADLINE)
    server.kill()
    await asyncio.gather(*writers)


async def check_everything(all_sends):
    by_channel = collections.defaultdict(list)
    for sends in all_sends:
        by_channel[sends.channel].append(sends)
    for channel, writers in by_channel.items():
        async with await Live.open(writers[0].person) as live:
            events = await live.whole_history(channel)
        assert [seq_of(event) for event in events] == list(range(1, len(events) + 1)), "a hole in the order"
        stored = collections.Counter(event["header"]["sendId"] for event in events)
        assert all(count == 1 for count in stored.values()), "a send is there twice"
        at = {event["header"]["sendId"]: event for event in events}
        for sends in writers:
            for send_id, seq in sends.told.items():
                body = sends.bodies[send_id]
                assert (send_id in at) == (seq != 0), f"{body} was told to be posted as {seq}"
                assert seq == 0 or seq_of(at[send_id]) == seq
                if "post" in body and send_id not in sends.deleting:
                    assert text_of(at[send_id]) == body["post"]["content"]["text"]
                if "delete" in body and seq:
                    gone = events[body["delete"]["targets"][0] - 1]
                    assert gone["contentState"] == "CONTENT_STATE_DELETED" and "content" not in gone


async def check_retries(sends):
    """Every send_id asked again gets the outcome it has, whatever the retry says."""
    async with await Live.open(sends.person) as live:
        for send_id in list(sends.bodies)[-200:]:
            body = sends.bodies[send_id]
            if send_id in sends.told:
                body = {"post": {"content": {"text": "something else"}}}
            outcome = (await live.ask(command={"channelId": sends.channel, "sendId": send_id, **body}))["outcome"]
            seq = number(outcome.get("seq"))
            assert sends.told.setdefault(send_id, seq) == seq


@live_test(deadline=150 + 30 * ROUNDS)
async def test_kill_9_under_load_loses_nothing_and_repeats_nothing(tmp_path):
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    with Server(tmp_path / "data") as server:
        people = [server.sign_up() for _ in range(PEOPLE)]
        async with await Live.open(people[0]) as live:
            group = await live.group(*people[1:])
            direct = await live.direct(people[1])
        all_sends = [Sends(person, group, chance) for person in people]
        all_sends += [Sends(person, direct, chance) for person in people[:2]]
        for number_of_round in range(1, ROUNDS + 1):
            await write_and_kill(server, all_sends, chance.randint(1, 400))
            report = verify(server)
            assert report["clean"], report
            print(f"round {number_of_round} of {ROUNDS}: {report['events']} events, all is well", flush=True)
            server.start()
            await check_everything(all_sends)
        for _ in range(2):
            for sends in all_sends:
                await check_retries(sends)
        await check_everything(all_sends)


@live_test()
async def test_a_server_that_is_killed_while_it_starts_starts_again(tmp_path):
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    with Server(tmp_path / "data") as server:
        anna, bert = server.sign_up(), server.sign_up()
        async with await Live.open(anna) as live:
            channel = await live.direct(bert)
            for i in range(50):
                await live.post(channel, f"{i}")
        server.kill()
        for _ in range(6):
            starting = subprocess.Popen(server.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                starting.wait(chance.uniform(0, 0.2))
            except subprocess.TimeoutExpired:
                pass
            starting.kill()
            starting.wait()
        assert verify(server)["clean"]
        server.start()
        async with await Live.open(anna) as live:
            assert [seq_of(event) for event in await live.whole_history(channel)] == list(range(1, 52))


@live_test()
async def test_refusals_too_are_final_over_a_restart(tmp_path):
    with Server(tmp_path / "data") as server:
        anna, bert = server.sign_up(), server.sign_up()
        refused, posted = new_id(), new_id()
        async with await Live.open(anna) as live:
            channel = await live.direct(bert)
            edit = {"edit": {"target": 1, "content": {"text": "x"}}}
            assert await refusal(live.command(channel, refused, **edit)) == "target_unknown"
            seq = await live.post(channel, "first", posted)
        server.kill()
        server.start()
        async with await Live.open(anna) as live:
            # What would be allowed now is still refused under the old send_id.
            assert await refusal(live.command(channel, refused, post={"content": {"text": "y"}})) == "target_unknown"
            assert await live.post(channel, "again", posted) == seq
            assert (await live.history(channel))["head"] == str(seq)


@live_test()
async def test_people_sign_ins_cursors_and_settings_survive_the_plug(tmp_path):
    with Server(tmp_path / "data") as server:
        anna, bert = server.sign_up(), server.sign_up()
        async with await Live.open(anna) as live:
            channel = await live.direct(bert)
            await live.post(channel, "one")
            seq = await live.post(channel, "two")
        async with await Live.open(bert) as live:
            await live.ask(moveCursor={"channelId": channel, "read": seq - 1})
            await live.ask(setRegisters={"channelId": channel, "pinned": True, "mutedUntil": -1})
            incarnation = live.welcome["incarnation"]
            resume = live.welcome["resumeToken"]
        anna.call("PATCH", "/v1/account", {"displayName": "Anna after"})
        server.kill()
        server.start()
        async with await Live.open(bert, resume=resume) as live:
            assert live.welcome["incarnation"] == incarnation
            row = await live.row(channel)
            assert (row["unread"], row["registers"]["read"]) == ("1", str(seq - 1))
            assert row["registers"]["pinned"] and row["registers"]["mutedUntil"] == "-1"
        async with await Live.open(anna) as live:
            assert number((await live.row(channel))["readByAll"]) == seq - 1
        found = bert.call("GET", f"/v1/people?handle={anna.handle}")["people"]
        assert found[0]["displayName"] == "Anna after"
        assert server.call("POST", "/v1/auth/refresh", {"refreshToken": anna.refresh_token})["account"] == anna.account


def test_verify_does_not_pass_a_store_that_was_damaged(tmp_path):
    with Server(tmp_path / "data") as server:
        anna, bert = server.sign_up(), server.sign_up()
        create = {"sendId": new_id(), "createChannel": {"kind": "CHANNEL_KIND_DIRECT", "peer": bert.account}}
        channel = anna.call("POST", "/v1/channels", create)["channelId"]
        for i in range(20):
            anna.command(channel, post={"content": {"text": f"number {i} {secrets.token_hex(400)}"}})
        server.stop()
    assert verify(server)["clean"]
    files = [path for path in (tmp_path / "data" / "channels").iterdir() if path.suffix in (".sst", ".log")]
    biggest = max(files, key=lambda path: path.stat().st_size)
    content = bytearray(biggest.read_bytes())
    content[len(content) // 2] ^= 1
    biggest.write_bytes(content)
    run = subprocess.run([str(BIN / "parleyd"), "--verify", str(server.data)], capture_output=True, text=True)
    assert run.returncode in (1, 2), run.stdout
