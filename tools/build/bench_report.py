"""What `make bench` found, kept from run to run, drawn with gnuplot, and written into docs/performance.md."""

import json
import pathlib
import re
import shutil
import subprocess
import sys

RESULTS = "results.json"
COLUMNS = ["messages_per_s", "deliveries_per_s", "hints_per_s", "sessions_per_s", "p50_ms", "p99_ms", "p999_ms", "cold_p50_ms",
           "cold_p99_ms", "lost", "duplicated", "reordered", "errors", "server_cpu_us_per_message", "server_rss_bytes",
           "bytes_per_session", "healthz_max_ms", "healthz_refused", "after_p99_ms"]  # fmt: skip
PER_LINE = 6  # runs side by side in the table for a terminal
WHOLE_FROM = 1000  # larger figures are shown without decimals
BEGIN, END = "<!-- figures: written by make bench-report -->", "<!-- end of figures -->"

# Goals, and figures of others as they are known (see the page); the unit stands behind both.
GOALS = [
    # what, run, key, goal, at least (or at most), known, factor
    ("direct, 1,000 sessions, window 8: messages/s", "direct", "messages_per_s", 40_000, True, "uWebSockets publish, nothing stored: 127,000; ejabberd with archive: 1,550", 1),
    ("direct, 5,000 messages/s offered: p99 from due to received, ms", "direct-rate", "p99_ms", 5, False, "ejabberd p50 62 ms at 1,500/s", 1),
    ("groups of 100, 1,000 sessions, window 8: deliveries/s", "group", "deliveries_per_s", 400_000, True, "uWebSockets 995,000", 1),
    ("idle: KiB of memory for each of 18,000 sessions", "idle", "bytes_per_session", 1.5, False, "uWebSockets echo 0.25, Centrifugo 11.6, ejabberd 45", 1 / 1024),
    ("storm of 18,000 with resume tokens: in sync/s", "storm", "sessions_per_s", 8_000, True, "Centrifugo 3,333 connects/s, ejabberd 550, Mattermost 30", 1),
    ("storm of 18,000 with unseen access tokens: in sync/s", "storm-fresh", "sessions_per_s", 5_000, True, "", 1),
    ("page of 50 of 10 million, warm page cache: p99, ms", "store", "p99_ms", 2, False, "Discord 15", 1),
    ("page of 50 of 10 million, cold page cache: p99, ms", "store", "cold_p99_ms", 10, False, "", 1),
    ("start with 10 million messages, s", "store", "start_s", 2, False, "", 1),
    ("store after compaction, of the random bodies' bytes", "store", "bytes_per_body_byte", 1.4, False, "", 1),
    ("processor time per message with 100 times as much stored", "store", "cost_growth", 1.1, False, "", 1),
]  # fmt: skip


# ---- the table -----------------------------------------------------------------------------------------------------------


def cell(value):
    if value is None:
        return ""
    if isinstance(value, float) and value < WHOLE_FROM:
        return f"{value:,.2f}"
    return f"{value:,.0f}"


def table(runs):
    names = list(runs)
    return "\n\n".join(part_of_table(runs, names[at:at + PER_LINE]) for at in range(0, len(names), PER_LINE))


def part_of_table(runs, names):
    first = max(len(column) for column in COLUMNS)
    lines = [f"{'':{first}}" + "".join(f"{name:>17}" for name in names)]
    for column in COLUMNS:
        values = [runs[name]["result"].get(column) for name in names]
        if any(value is not None for value in values):
            lines.append(f"{column:{first}}" + "".join(f"{cell(value):>17}" for value in values))
    return "\n".join(lines)


# ---- kept results --------------------------------------------------------------------------------------------------------


def load_results(work):
    path = work / RESULTS
    return json.loads(path.read_text()) if path.exists() else {}


def keep(work, runs):
    """Puts the runs in the place of those of the same name, and draws all. The file with the results."""
    results = {**load_results(work), **runs}
    (work / RESULTS).write_text(json.dumps(results, indent=1) + "\n")
    draw(results, work)
    return work / RESULTS


def value_of(results, run, key):
    result = results.get(run, {}).get("result", {})
    if key == "cost_growth":
        costs = [cost["server_cpu_us_per_message"] for cost in result.get("costs", [])]
        return costs[-1] / costs[0] if len(costs) > 1 and all(costs) else None
    return result.get(key)


# ---- plots ---------------------------------------------------------------------------------------------------------------

STYLE = """set terminal svg size 720,400 dynamic font 'sans-serif,13' background 'white'
set output '{output}'
set title '{title}' noenhanced
set border 3 lc rgb '#888888'
set tics nomirror
set grid ytics lc rgb '#dddddd'
set style fill solid 0.9 noborder
"""
COLOURS = ["#2a6f97", "#c1121f", "#588157", "#e09f3e", "#6d597a"]


def gnuplot(work, name, title, commands):
    output = work / f"{name}.svg"
    done = subprocess.run(["gnuplot", "-"], input=STYLE.format(output=output, title=title) + commands, text=True, check=False,
                          capture_output=True)  # fmt: skip
    if done.returncode != 0:
        print(f"{name}.svg is not drawn: {done.stderr.strip()}", file=sys.stderr)


def bars(work, name, title, unit, values):
    values = [(label, value) for label, value in values if value]
    if not values:
        return
    rows = "\n".join(f'"{label}" {value:.3f} "{cell(float(value))}"' for label, value in values)
    gnuplot(work, name, title, f"""set ylabel '{unit}'
set logscale y
set yrange [{min(value for _, value in values) / 4:g}:{max(value for _, value in values) * 3:g}]
set boxwidth 0.6
unset key
$data << END
{rows}
END
plot $data using 0:2:xtic(1) with boxes lc rgb '{COLOURS[0]}', $data using 0:2:3 with labels offset 0,0.8
""")


def distribution(work, name, title, lines):
    """Latencies up to each percentile; the axis stretches towards 100 %."""
    lines = [(label, points) for label, points in lines if points]
    if not lines:
        return
    blocks = "".join(
        f"$line{i} << END\n" + "\n".join(f"{100 / (100 - percent):.6g} {max(ms, 0.001):.6g}" for percent, ms in points if percent < 100) + "\nEND\n"
        for i, (_, points) in enumerate(lines)
    )
    plots = ", ".join(
        f"$line{i} using 1:2 with linespoints lw 2 pt 7 ps 0.4 lc rgb '{COLOURS[i % len(COLOURS)]}' title '{label}' noenhanced"
        for i, (label, _) in enumerate(lines)
    )
    gnuplot(work, name, title, f"""set ylabel 'ms'
set xlabel 'percent of deliveries that took at most so long'
set logscale xy
set key top left
set xtics ('0' 1, '50' 2, '90' 10, '99' 100, '99.9' 1000, '99.99' 10000)
{blocks}plot {plots}
""")


def draw(results, work):
    if not shutil.which("gnuplot"):
        print("plots are not drawn: gnuplot is not installed (apt-get install gnuplot-nox)", file=sys.stderr)
        return
    get = lambda run, key, factor=1: (value_of(results, run, key) or 0) * factor  # noqa: E731
    bars(work, "throughput", "Messages and deliveries per second", "per second, logarithmic",
         [("direct", get("direct", "messages_per_s")), ("bare, direct", get("bare-direct", "messages_per_s")),
          ("ejabberd, direct", get("ejabberd-direct", "messages_per_s")), ("groups of 100", get("group", "deliveries_per_s")),
          ("bare, groups", get("bare-group", "deliveries_per_s"))])  # fmt: skip
    distribution(work, "latency", "From when a message was due to its arrival, at a fixed rate",
                 [(title, results.get(run, {}).get("result", {}).get("distribution"))
                  for run, title in (("direct-rate", "direct, 5,000/s"), ("mixed", "mixed day, 1,000/s"))])  # fmt: skip
    bars(work, "memory", "Memory of an idle session", "KiB, logarithmic",
         [("Parley", get("idle", "bytes_per_session", 1 / 1024)), ("uWebSockets (known)", 0.25), ("Centrifugo (known)", 11.6),
          ("ejabberd (known)", 45)])  # fmt: skip
    costs = results.get("store", {}).get("result", {}).get("costs", [])
    if costs:
        rows = "\n".join(f"{cost['stored']} {cost['server_cpu_us_per_message']} {cost['page_p99_ms']}" for cost in costs)
        gnuplot(work, "store", "Cost against messages stored", f"""set ylabel 'processor time per message, µs'
set y2label 'p99 of a page of 50, ms'
set xlabel 'messages stored'
set y2tics
set logscale x
set format x '10^{{%L}}'
set yrange [0:*]
set y2range [0:*]
set key bottom right
$data << END
{rows}
END
plot $data using 1:2 with linespoints lw 2 pt 7 lc rgb '{COLOURS[0]}' title 'processor time', \\
  $data using 1:3 axes x1y2 with linespoints lw 2 pt 5 lc rgb '{COLOURS[3]}' title 'page, warm page cache'
""")


# ---- the page ------------------------------------------------------------------------------------------------------------


def goals(results):
    lines = ["| what | goal | measured | known figures of others |", "|---|---:|---:|---|"]
    for what, run, key, goal, at_least, known, factor in GOALS:
        value = value_of(results, run, key)
        shown = "not measured"
        if value is not None:
            value *= factor
            met = value >= goal if at_least else value <= goal
            shown = f"**{cell(float(value))}**" if met else f"{cell(float(value))} (missed)"
        lines.append(f"| {what} | {'≥' if at_least else '≤'} {goal:,} | {shown} | {known} |")
    return "\n".join(lines)


def ratios(results):
    get = lambda run, key: value_of(results, run, key)  # noqa: E731
    pairs = [
        ("direct messages/s, of the bare publisher's", get("direct", "messages_per_s"), get("bare-direct", "messages_per_s")),
        ("group deliveries/s, of the bare publisher's", get("group", "deliveries_per_s"), get("bare-group", "deliveries_per_s")),
        ("direct messages/s, of ejabberd's", get("direct", "messages_per_s"), get("ejabberd-direct", "messages_per_s")),
    ]
    rows = [f"| {what} | {cell(ours)} | {cell(other)} | {ours / other:.2f} |" for what, ours, other in pairs if ours and other]
    if not rows:
        return "Nothing was compared in these runs."
    return "\n".join(["| on the same machine in the same run | Parley | other | ratio |", "|---|---:|---:|---:|", *rows])


def runs_table(results):
    lines = ["| run | command | messages/s | deliveries/s | sessions/s | p50 ms | p99 ms | p99.9 ms | server's µs/message |",
             "|---|---|---:|---:|---:|---:|---:|---:|---:|"]  # fmt: skip
    for name, run in results.items():
        result = run["result"]
        keys = ("messages_per_s", "deliveries_per_s", "sessions_per_s", "p50_ms", "p99_ms", "p999_ms", "server_cpu_us_per_message")
        lines.append(f"| {name} | `{run['command']}` | " + " | ".join(cell(result.get(key)) for key in keys) + " |")
    return "\n".join(lines)


def store_table(result):
    lines = ["| messages stored | messages/s | processor time per message, µs | p99 of a page, ms |", "|---:|---:|---:|---:|"]
    for cost in result["costs"]:
        lines.append(f"| {cost['stored']:,} | {cell(cost['messages_per_s'])} | {cell(cost['server_cpu_us_per_message'])} | "
                     f"{cell(cost['page_p99_ms'])} |")  # fmt: skip
    lines.append(f"\nThe store of {result['messages']:,} messages: {result['store_bytes']:,} bytes when the server stopped, "
                 f"{result['compacted_bytes']:,} after compaction, accounts in SQL {result['people_bytes']:,}. It starts in "
                 f"{result['start_s']:.2f} s with its log to replay and nothing in the page cache, then in "
                 f"{result['start_again_s']:.2f} s.")  # fmt: skip
    return "\n".join(lines)


def overload_words(result):
    faults = sum(result[fault] for fault in ("lost", "duplicated", "reordered", "errors"))
    return (f"With twice the load that `direct` found (`overload`) the server carried {cell(result['messages_per_s'])} messages a "
            f"second; {faults} were lost, doubled, out of order or in error. `/healthz`, asked on a new connection every 50 ms, "
            f"answered within {result['healthz_max_ms']:.0f} ms ({result['healthz_refused']} refused). At 5,000 messages a second "
            f"right afterwards p99 was {result['after_p99_ms']:.2f} ms.")  # fmt: skip


def figures(results, folder):
    conditions = sorted({(run["date"], run["commit"], run["machine"]) for run in results.values()})
    parts = [goals(results), ratios(results)]
    parts += [f"![{name}]({folder.name}/{name}.svg)" for name in ("throughput", "latency", "memory", "store")
              if (folder / f"{name}.svg").exists()]  # fmt: skip
    parts.append(runs_table(results))
    if "overload" in results:
        parts.append(overload_words(results["overload"]["result"]))
    if "store" in results:
        parts.append(store_table(results["store"]["result"]))
    parts.append("Measured on " + "; ".join(f"{machine} ({date}, {commit})" for date, commit, machine in conditions) + ".")
    return "\n\n".join(parts)


def publish(work, page):
    """The figures of the last runs into `page` between its marks, their plots into the folder of its name."""
    results = load_results(work)
    if not results:
        sys.exit(f"there is nothing in {work / RESULTS}: run make bench first")
    folder = page.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    draw(results, work)
    for plot in work.glob("*.svg"):
        shutil.copy(plot, folder / plot.name)
    text = page.read_text()
    marks = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.S)
    if not marks.search(text):
        sys.exit(f"{page} has no place for figures: {BEGIN} … {END}")
    page.write_text(marks.sub(lambda _: f"{BEGIN}\n\n{figures(results, folder)}\n\n{END}", text))
    print(f"{pathlib.Path(page)} and {folder}/*.svg are written")
