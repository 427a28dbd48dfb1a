"""Fails on any #include that the layers of docs/architecture.md do not allow.

Debian's headers are global, so the compiler cannot notice. Checked, for every C++ file in server/ and tools/:
  * a layer includes only the layers it may, and an engine never another engine;
  * an outside library is included only where it belongs;
  * chat, wire, client and node do not reach for a clock, a thread, a lock, a random number or the system, and do not
    iterate an unordered container, because a simulator replays them from a seed;
  * no file is longer than 500 lines.
Tests (*_test.cpp) and their helpers (*_for_test.hpp) may include what they like.
"""

import argparse
import pathlib
import re
import sys

# layer -> the layers it names directly; what those may include it may too
ARROWS = {
    "base": [],
    "chat": ["base"],
    "wire": ["chat"],
    "ports": ["chat"],
    "engines": ["ports", "wire"],
    "client": ["wire"],
    "node": ["ports", "wire"],
    "gateway": ["node"],
    "tools": ["client"],
    "app": ["base", "chat", "wire", "ports", "engines", "client", "node", "gateway"],
}
LAYERS = set(ARROWS)

# header prefix -> where it may be included: a layer, or one engine
OUTSIDE = {
    "rocksdb/": ["engines/rocksdb"],
    "soci/": ["engines/sql"],
    "sqlite3.h": ["engines/sql"],
    "libpq": ["engines/sql"],
    "sodium": ["engines/crypto"],
    "openssl/sha.h": ["base", "wire", "engines", "gateway", "tools", "app"],
    "openssl/evp.h": ["base", "wire", "engines", "gateway", "tools", "app"],
    "openssl/": ["base", "engines", "gateway", "tools", "app"],
    "boost/asio": ["engines", "gateway", "tools", "app"],
    "boost/beast": ["gateway", "tools"],
    "boost/json": ["wire", "client", "node", "engines", "gateway", "tools", "app"],
    "boost/url": ["gateway", "tools", "app"],
    "boost/": ["engines", "gateway", "tools", "app"],
    "google/protobuf": ["wire", "client", "node", "gateway", "tools", "app"],
    "parley/v1/": ["wire", "client", "node", "gateway", "tools", "app"],
    "spdlog/": ["base"],
    "prometheus/": ["base"],
    "utf8proc.h": ["base", "tools"],
    "curses.h": ["tools"],
    "term.h": ["tools"],
    "toml++": ["app", "tools"],
    "CLI/": ["app", "tools"],
    "gtest/": [],
    "gmock/": [],
}

PURE = {"chat", "wire", "client", "node"}
IMPURE_HEADERS = {
    "thread", "random", "mutex", "shared_mutex", "condition_variable", "future", "semaphore", "latch", "barrier", "stop_token",
    "ctime", "time.h", "sys/time.h", "iostream", "fstream", "filesystem", "unistd.h", "pthread.h",
}  # fmt: skip
IMPURE_WORDS = re.compile(
    r"\b(system_clock|steady_clock|high_resolution_clock|this_thread|random_device|clock_gettime|gettimeofday)\b"
    r"|\bstd::(time|rand|srand)\s*\(|\b(getenv|usleep|nanosleep)\s*\("
)
ANY_ORDER = "any order:"  # a comment that starts so, on the loop's line or the one before, gives the reason
MAX_LINES = 500

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')
UNORDERED_NAME = re.compile(r"\bunordered_(?:multi)?(?:map|set)\s*<[^;]*>\s+(\w+)\s*(?:;|=|\{)")


def reachable(layer):
    seen, queue = set(), [layer]
    while queue:
        for target in ARROWS[queue.pop()]:
            if target not in seen:
                seen.add(target)
                queue.append(target)
    return seen


def place_of(path):
    """('engines', 'engines/rocksdb') for server/engines/rocksdb/x.cpp, ('chat', 'chat') for server/chat/x.cpp."""
    parts = path.parts
    if parts[0] == "tools":
        return "tools", "tools"
    if parts[1] == "engines":
        return "engines", f"engines/{parts[2]}"
    return parts[1], parts[1]


def check_own(layer, place, header):
    target = header.split("/")[0]
    if target not in LAYERS or layer == "tools" and target == "tools":
        return None
    if target == "engines":
        engine = "/".join(header.split("/")[:2])
        if layer == "engines":
            return None if engine == place else f"{place} may not include {engine}: engines never see each other"
    if target == layer or target in reachable(layer):
        return None
    return f"{layer} may not include {target}; it may include {', '.join(sorted(reachable(layer))) or 'nothing of ours'}"


def check_outside(layer, place, header):
    for prefix in sorted(OUTSIDE, key=len, reverse=True):
        if header.startswith(prefix):
            owners = OUTSIDE[prefix]
            if layer in owners or place in owners:
                return None
            return f"{place} may not include {prefix}: it belongs to {', '.join(owners) or 'tests'}"
    return None


def without_comments(text):
    """Comments become blanks, line numbers stay. Good enough for a check: string literals are not parsed."""
    blank = lambda match: re.sub(r"[^\n]", " ", match.group(0))  # noqa: E731
    return re.sub(r"//[^\n]*|/\*.*?\*/", blank, text, flags=re.S)


def check_pure(text, unordered):
    lines = text.splitlines()
    for number, line in enumerate(without_comments(text).splitlines(), 1):
        include = INCLUDE.match(line)
        if include and include.group(2) in IMPURE_HEADERS:
            yield number, f"<{include.group(2)}> is not for this layer: time, threads and randomness come through a port"
        word = IMPURE_WORDS.search(line)
        if word:
            yield number, f"'{word.group(0)}' is not for this layer: time, threads and randomness come through a port"
        excused = ANY_ORDER in lines[number - 1] or number > 1 and ANY_ORDER in lines[number - 2]
        loop = re.search(r"\bfor\s*\(.*[^:]:\s*(?:[\w.>-]*[.>])?(\w+)\s*\)", line)
        if loop and loop.group(1) in unordered and not excused:
            yield number, (
                f"iterates the unordered '{loop.group(1)}': use an ordered container, or say why the order cannot matter "
                f"in a comment '// {ANY_ORDER} ...'"
            )


def check_file(path, text, unordered=frozenset()):
    """Yields (line, message). `path` is relative to the root of the tree."""
    count = text.count("\n")
    if count > MAX_LINES:
        yield count, f"{count} lines: split it, a file has one job and at most {MAX_LINES} lines"
    if path.stem.endswith("_test"):
        return
    layer, place = place_of(path)
    for number, line in enumerate(without_comments(text).splitlines(), 1):
        include = INCLUDE.match(line)
        if not include:
            continue
        quote, header = include.groups()
        if ".." in header.split("/"):
            yield number, f'write the path from server/, not "{header}"'
        message = check_own(layer, place, header) if quote == '"' else None
        message = message or check_outside(layer, place, header)
        if message:
            yield number, message
    if layer in PURE:
        yield from check_pure(text, unordered)


def check_tree(root):
    files = [path for top in ("server", "tools") for path in sorted((root / top).rglob("*.[ch]pp"))]
    texts = {path.relative_to(root): path.read_text("utf-8") for path in files}
    texts = {path: text for path, text in texts.items() if path.parts[:2] != ("tools", "build")}
    unordered = {}
    for path, text in texts.items():
        unordered.setdefault(place_of(path)[1], set()).update(UNORDERED_NAME.findall(text))
    problems = []
    for path, text in texts.items():
        layer = place_of(path)[0]
        if layer not in LAYERS:
            problems.append(f"{path}: there is no layer '{layer}' in docs/architecture.md")
            continue
        problems += [f"{path}:{line}: {message}" for line, message in check_file(path, text, unordered[place_of(path)[1]])]
    return len(texts), problems


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", nargs="?", type=pathlib.Path, default=pathlib.Path("."))
    options = parser.parse_args(arguments)
    count, problems = check_tree(options.root)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"check_layers: {count} files, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
