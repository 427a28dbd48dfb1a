"""All families of lies, in the order in which they are told, and the server they are told to."""

import contextlib
import pathlib
import random
import tempfile

from e2e_server import Server, limits
from hostile import lies_foreign, lies_limits, lies_states, stage_calls, stage_frames
from hostile.contract import all_fields
from hostile.bystanders import Bystanders
from hostile.fields import kind_of
from hostile.judge import Run
from hostile.lies_calls import lie_about_calls
from hostile.lies_foreign import lie_about_others
from hostile.lies_frames import lie_about_frames
from hostile.lies_limits import lie_to_limits
from hostile.lies_order import lie_about_order
from hostile.lies_random import lie_at_random
from hostile.lies_repeats import lie_with_repeats
from hostile.lies_states import lie_about_states
from hostile.lies_tokens import lie_with_tokens
from hostile.people import PASSWORD, World
from hostile.talk import Target
from hostile.victims import Victims
from hostile.watch import Watch

FAMILIES = {"frames": lie_about_frames, "calls": lie_about_calls, "order": lie_about_order,
            "repeats": lie_with_repeats, "states": lie_about_states, "foreign": lie_about_others, "tokens": lie_with_tokens,
            "limits": lie_to_limits, "random": lie_at_random}

# Those who guess are slowed, also those who guess here: lies_limits.py looks at that. And victims listen only between two
# families, which may take long.
MANY = limits(signin_failures=1_000_000, heartbeat_ms=120_000, heartbeat_grace_ms=60_000)


def check_complete():
    """Raises NotInTheTable for what the contract has and the tables do not."""
    stage_frames.check_complete()
    stage_calls.check_complete()
    lies_foreign.check_complete()
    lies_limits.check_complete()
    lies_states.check_complete()
    for field in all_fields().values():
        kind_of(field)


@contextlib.contextmanager
def server_of(arguments):
    """The server where it is ours to start and watch, else None."""
    if arguments.server:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="parley-hostile-") as folder:
        with Server(pathlib.Path(folder) / "data", "--log-level", "debug", *MANY) as server:
            yield server


def lie(arguments):
    """Tells all lies; the Run."""
    check_complete()
    random.seed(arguments.seed)
    how = f"python3 -m hostile --seed {arguments.seed}" + (f" --server {arguments.server}" if arguments.server else "")
    run = Run(how, arguments.only, arguments.verbose)
    with server_of(arguments) as server:
        run.own = server.data.parent if server else None
        target = Target(arguments.server or server.url)
        print(f"Lying to {target.url}, seed {arguments.seed}", flush=True)
        world = World(target)
        watch = Watch(world.http, server)
        victims, bystanders = Victims(world), Bystanders(target)
        watch.keep_secret(PASSWORD, victims.vera.token, world.mallory.token, world.mallory.refresh_token, "Between us", "between us")
        for name, family in FAMILIES.items():
            if not arguments.family or name in arguments.family:
                run.begin(name)
                family(run, world, victims)
                for what in victims.changes():
                    run.found("victims", what)
        run.begin("afterwards")
        if arguments.only == "*" and not arguments.family:
            for name in sorted(set(all_fields()) - run.reached):
                run.found("fields", f"nobody lied about {name}: say it rightly in tests/hostile/stage_frames.py or stage_calls.py")
        for what in bystanders.stop():
            run.found("bystanders", what)
        run.note(f"{bystanders.rounds} messages of bystanders meanwhile, all heard" if not bystanders.wrong else "")
        victims.line.close()
        for what in watch.settled() + watch.store():
            run.found("server", what)
        if server is None:
            run.skip("log and memory: the server is not ours")
    return run
