"""Proof that the simulator finds what it should: breaks one promise of the real code after the other, and sees it notice.

    mutants.py [--only NAME...] [--tier 2] [--runs 300] [--seconds 120] [--jobs 2] [--scratch build/mutants] [--publish docs/testing.md]

A mutant is a patch of tests/mutants: a line "P1: what it breaks, in words" ("P1, tier 2: …" for one of the real store's
engine), a blank line, and a unified diff of one file. A copy of the tree stands in the scratch folder; for each mutant
its file is patched there, the simulator is built, and seeds are run until a checker speaks or the process dies. The tree
as it is then runs that seed, too: one that breaks there proves nothing, is told, and counts for no mutant. Exit code 1
when there is such a seed, or a mutant survives, does not apply or does not compile.
"""

import argparse
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

FOLDER = pathlib.Path("tests/mutants")
# What the simulator is built from, and what its CMake files look at besides.
COPIED = ["CMakeLists.txt", "CMakePresets.json", "proto", "server", "tests", "tools"]
LINKED = ["deploy", "debian", "docs", "README.md", "CHANGELOG.md", ".clang-tidy", ".clang-format"]
PROMISES = re.compile(r"(P(?:[1-9]|10)|privacy)(?:, tier (2))?: (.+)")
BEGIN, END = "<!-- mutants: written by make mutants -->", "<!-- mutants end -->"


class DoesNotApply(Exception):
    pass


class Mutant:
    def __init__(self, path):
        self.name = path.stem
        lines = path.read_text().splitlines(keepends=True)
        title = PROMISES.fullmatch(lines[0].rstrip("\n"))
        if title is None:
            raise DoesNotApply(f"{path}: the first line has to be like 'P1: what it breaks.'")
        self.promise, self.tier, self.words = title[1], int(title[2] or 1), title[3]
        targets = [line[6:].split("\t")[0].strip() for line in lines if line.startswith("+++ b/")]
        if len(targets) != 1:
            raise DoesNotApply(f"{path}: has to change one file")
        self.file = pathlib.Path(targets[0])
        self.hunks = list(hunks_of(lines))

    def apply(self, text):
        """The file's text with the mutation. Each place is found by its context, wherever it has moved to."""
        for old, new in self.hunks:
            found = text.count(old)
            if found != 1:
                where = "is not there any more" if found == 0 else f"is there {found} times"
                raise DoesNotApply(f"{self.name}: in {self.file} this {where}:\n{old}")
            text = text.replace(old, new)
        return text


def hunks_of(lines):
    old, new = None, None
    for line in lines:
        if line.startswith("@@"):
            if old is not None:
                yield "".join(old), "".join(new)
            old, new = [], []
        elif old is not None and line[0] in " -+":
            if line[0] != "+":
                old.append(line[1:])
            if line[0] != "-":
                new.append(line[1:])
    if old is None:
        raise DoesNotApply("a patch without a hunk")
    yield "".join(old), "".join(new)


def all_mutants(tree=pathlib.Path(".")):
    return [Mutant(path) for path in sorted((tree / FOLDER).glob("*.patch"))]


def write_if_changed(path, data):
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def copy_tree(scratch):
    """Brings the scratch copy up to date; files that are equal keep their time, so that nothing is compiled in vain."""
    wanted = set()
    for top in COPIED:
        for source in [pathlib.Path(top)] if pathlib.Path(top).is_file() else sorted(pathlib.Path(top).rglob("*")):
            if source.is_file() and not {"__pycache__", "node_modules"} & set(source.parts):
                wanted.add(source)
                write_if_changed(scratch / source, source.read_bytes())
                shutil.copymode(source, scratch / source)
    for top in COPIED:
        for old in (scratch / top).rglob("*") if (scratch / top).is_dir() else []:
            if old.is_file() and old.relative_to(scratch) not in wanted:
                old.unlink()
    for top in LINKED:
        if pathlib.Path(top).exists() and not (scratch / top).exists():
            (scratch / top).symlink_to(pathlib.Path(top).resolve())


class Simulator:
    def __init__(self, scratch, jobs):
        self.scratch, self.jobs = scratch, jobs
        self.as_it_is = scratch / "build/as_it_is"
        self.broken = {}  # (tier, seed): what speaks there in the tree as it is, or None

    def build(self):
        """Returns what the compiler said, or None when all is well."""
        if not (self.scratch / "build/release/build.ninja").exists():
            done = self.command("cmake", "--preset", "release")
            if done.returncode:
                return done.stdout
        done = self.command("cmake", "--build", "build/release", "-j", str(self.jobs), "--target", "parley_sim")
        return done.stdout if done.returncode else None

    def keep(self):
        """What was built last is the tree as it is."""
        shutil.copy2(self.scratch / "build/release/bin/parley_sim", self.as_it_is)

    def breaks_as_it_is(self, tier, seed):
        if (tier, seed) not in self.broken:
            words = [self.as_it_is, "--tier", str(tier), str(seed)]
            done = subprocess.run(words, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            spoke = [line for line in done.stdout.splitlines() if line.startswith("  BROKEN ")] or [None]
            self.broken[tier, seed] = spoke[0] if done.returncode in (0, 1) else "crash"
            if self.broken[tier, seed]:
                print(f"Seed {seed} is broken as it is, and proves nothing: {self.broken[tier, seed].strip()}", flush=True)
        return self.broken[tier, seed] is not None

    def command(self, *words):
        return subprocess.run(words, cwd=self.scratch, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def run(self, tier, runs, seconds):
        """Seeds 1 to `runs`, as they end: (seed, what spoke or None). The process dies with the loop; TimeoutError when
        `seconds` are over."""
        log = self.scratch / "build/stderr.log"
        with log.open("w") as errors:
            words = ["build/release/bin/parley_sim", "--tier", str(tier), "--jobs", str(self.jobs), "1", str(runs)]
            process = subprocess.Popen(["stdbuf", "-oL", *words], cwd=self.scratch, text=True, stdout=subprocess.PIPE, stderr=errors)
            signal.alarm(seconds)
            seed, spoke = None, None
            try:
                for line in process.stdout:
                    if line.startswith("seed ") or not line.strip():
                        if seed is not None:
                            yield seed, spoke
                        seed, spoke = (int(line.split()[1]), None) if line.strip() else (None, None)
                    elif spoke is None and line.startswith("  BROKEN "):
                        spoke = line.strip().removeprefix("BROKEN ")
                if seed is not None:
                    yield seed, spoke
                if process.wait() not in (0, 1):
                    yield 0, f"crash: {last_words(log)}"
            finally:
                signal.alarm(0)
                process.kill()
                process.wait()


def last_words(log):
    lines = [line for line in log.read_text(errors="replace").splitlines() if "ssert" in line or "ERROR: " in line]
    return lines[-1].strip()[-100:] if lines else "without a word"


def checker_of(spoke):
    """What a checker said, without what differs from seed to seed."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", spoke)
    text = re.sub(r"\b(?:person|device)\w*\.\d+\b", "a device", text)
    text = re.sub(r"(?<!P)\d{2,}|(?<=seq )\d+|(?<=badge )\d+|(?<=counted )\d+|(?<=head )\d+|(?<=of )\d+", "n", text)
    return text if len(text) <= 90 else text[:87] + "..."


def table(results):
    rows = ["| mutant | breaks | what it does | killed after | by |", "|---|---|---|---:|---|"]
    for one in results:
        spoke = one.get("spoke")
        lived = one.get("error", "**survived**") if "seeds" in one else "not run yet"
        killed = f"{one['seeds']} run{'s' if one['seeds'] != 1 else ''}" if spoke else lived
        by = f"`{spoke}`" if spoke else ""
        rows.append(f"| `{one['name']}` | {one['promise']} | {one['words']} | {killed} | {by} |")
    return "\n".join(rows)


def publish(page, results):
    text = page.read_text()
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    page.write_text(f"{before}{BEGIN}\n{table(results)}\n{END}{after}")


def untried(mutant):
    return {"name": mutant.name, "promise": mutant.promise + (", tier 2" if mutant.tier == 2 else ""), "words": mutant.words}


def proves(simulator, tier, seed):
    """Whether the tree as it is stands that seed; costs the mutant none of its time."""
    left = signal.alarm(0)
    stands = not simulator.breaks_as_it_is(tier, seed)
    signal.alarm(left)
    return stands


def try_mutant(mutant, simulator, runs, seconds):
    path = simulator.scratch / mutant.file
    original = path.read_text()
    result = untried(mutant) | {"seeds": 0, "spoke": None}
    try:
        path.write_text(mutant.apply(original))
        said = simulator.build()
        if said is not None:
            errors = [line for line in said.splitlines() if "error:" in line] or said.splitlines()[-5:]
            result["error"] = "does not compile"
            result["said"] = "\n".join(errors)
            return result
        try:
            for seed, spoke in simulator.run(mutant.tier, runs, seconds):
                result["seeds"] += 1
                if spoke and (seed == 0 or proves(simulator, mutant.tier, seed)):
                    result["spoke"] = checker_of(spoke)
                    break
        except TimeoutError:
            if result["seeds"] == 0:
                result["spoke"] = "one run does not end"
    finally:
        path.write_text(original)
    return result


def keep(results_file, results):
    """With those of earlier runs, of the mutants that there still are."""
    known = {one["name"]: one for one in json.loads(results_file.read_text())} if results_file.exists() else {}
    known |= {one["name"]: one for one in results}
    results_file.write_text(json.dumps([known[one.name] for one in all_mutants() if one.name in known], indent=1))


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--tier", type=int, choices=[1, 2], help="only the mutants that are tried over this store")
    parser.add_argument("--runs", type=int, default=300, help="seeds that a mutant may live through")
    parser.add_argument("--seconds", type=int, default=120, help="and how long it may take them")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--scratch", type=pathlib.Path, default=pathlib.Path("build/mutants"))
    parser.add_argument("--publish", type=pathlib.Path, help="write the last results into this page, and run nothing")
    options = parser.parse_args(arguments)
    scratch = options.scratch.resolve()
    results_file = scratch / "build/results.json"
    if options.publish:
        known = {one["name"]: one for one in json.loads(results_file.read_text())} if results_file.exists() else {}
        publish(options.publish, [known.get(mutant.name, {}) | untried(mutant) for mutant in all_mutants()])
        return 0

    try:
        mutants = [mutant for mutant in all_mutants() if not options.only or mutant.name in options.only]
        mutants = [mutant for mutant in mutants if options.tier in (None, mutant.tier)]
        for mutant in mutants:
            mutant.apply(mutant.file.read_text())
    except DoesNotApply as error:
        print(error, file=sys.stderr)
        return 1
    if unknown := set(options.only) - {mutant.name for mutant in mutants}:
        print(f"there is no mutant {', '.join(sorted(unknown))} in {FOLDER}", file=sys.stderr)
        return 1

    def alarm(*_):
        raise TimeoutError

    signal.signal(signal.SIGALRM, alarm)
    print(f"==> Building the simulator in {options.scratch}", flush=True)
    copy_tree(scratch)
    simulator = Simulator(scratch, options.jobs)
    if (said := simulator.build()) is not None:
        print(said)
        return 1
    simulator.keep()

    results = []
    for number, mutant in enumerate(mutants, 1):
        started = time.monotonic()
        result = try_mutant(mutant, simulator, options.runs, options.seconds)
        results.append(result)
        keep(results_file, [result])
        verdict = f"run {result['seeds']:<4} {result['spoke']}" if result["spoke"] else result.get("error", f"SURVIVED {result['seeds']} runs").upper()
        print(f"[{number:2}/{len(mutants)}] {mutant.name:32} {mutant.promise:7} {time.monotonic() - started:4.0f} s  {verdict}", flush=True)
        if "said" in result:
            print(result["said"])
    alive = [one["name"] for one in results if not one["spoke"]]
    print(f"{len(results) - len(alive)} of {len(results)} mutants killed" + (f"; not: {', '.join(alive)}" if alive else ""))
    return 1 if alive or any(simulator.broken.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
