"""Metrics: the page about them, the alert rules and the dashboard say what a server really prints."""

import json
import re
import shutil
import subprocess

import yaml

from e2e_client import GROUP, Live, live_test
from e2e_server import DEADLINE, ROOT, Refused, Server, new_id, wait_until

import pytest

ALERTS = ROOT / "deploy" / "prometheus" / "parley.rules.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "parley.json"
NAME = re.compile(r"\b(?:parley|process)_[a-z_]+\b")


def scrape(server):
    """{metric: (type, labels)} and {line without value: value}."""
    kinds, labels, values = {}, {}, {}
    for line in server.request("GET", "/metrics")[2].decode().splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            kinds[name], labels[name] = kind, set()
        elif not line.startswith("#"):
            sample, _, value = line.rpartition(" ")
            values[sample] = float(value)
            name, _, rest = sample.partition("{")
            base = next(known for known in (name, re.sub(r"_(bucket|sum|count)$", "", name)) if known in kinds)
            labels[base] |= set(re.findall(r'([a-z_]+)="', rest)) - {"le"}
    return {name: (kinds[name], labels[name]) for name in kinds}, values


def documented():
    rows = {}
    for line in (ROOT / "docs" / "metrics.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5 and cells[0].startswith("`"):
            assert all(cells[i] for i in (0, 1, 3, 4)), line
            rows[cells[0].strip("`")] = (cells[1], {label.strip(" `") for label in cells[2].split(",") if label})
    return rows


@pytest.fixture(scope="module", name="busy")
def server_that_has_seen_everything(tmp_path_factory):
    """One whose every metric has appeared."""
    with Server(tmp_path_factory.mktemp("data")) as server:
        person = server.sign_up()
        for path, body in (("/v1/auth/sign-in", {"handle": person.handle, "password": "wrong password"}),
                           ("/v1/auth/refresh", {"refreshToken": "nonsense"})):
            with pytest.raises(Refused):
                server.call("POST", path, body)
        server.request("GET", "/v1/ws", headers={"Connection": "upgrade", "Upgrade": "websocket",
                                                 "Sec-WebSocket-Version": "13", "Origin": "https://evil.example",
                                                 "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="})
        group = new_id()
        person.command(group, createChannel={"kind": GROUP, "title": "Ours", "members": []})
        with pytest.raises(Refused):
            person.command(group, post={"content": {"text": ""}})
        yield server


def test_the_page_on_metrics_is_what_a_server_prints(busy):
    printed, _ = scrape(busy)
    assert documented() == printed


def test_sign_ins_answers_and_sessions_are_counted(busy):
    person = busy.sign_up()
    before = scrape(busy)[1]
    with pytest.raises(Refused):
        busy.call("POST", "/v1/auth/sign-in", {"handle": person.handle, "password": "wrong password"})
    person.another_device()
    with pytest.raises(Refused):
        person.call("GET", "/v1/people/nobody_here")
    after = scrape(busy)[1]

    def grown(sample):
        return after[sample] - before.get(sample, 0)

    assert grown('parley_sign_ins_total{what="sign_in",result="wrong_credentials"}') == 1
    assert grown('parley_sign_ins_total{what="sign_in",result="done"}') == 1
    assert grown('parley_api_responses_total{method="POST",route="/v1/auth/sign-in",status="2xx"}') == 1
    assert grown('parley_api_responses_total{method="POST",route="/v1/auth/sign-in",status="4xx"}') == 1
    assert after["parley_store_open"] == 1 and after["parley_disk_free_bytes"] > 0
    assert after['parley_data_bytes{store="channels"}'] > 0 and after['parley_data_bytes{store="people"}'] > 0


def test_events_are_counted_by_kind(busy):
    person = busy.sign_up()
    before = scrape(busy)[1]
    group = new_id()
    person.command(group, createChannel={"kind": GROUP, "title": "Counted", "members": []})
    person.command(group, post={"content": {"text": "one"}})
    person.command(group, post={"content": {"text": "two"}})
    person.command(group, edit={"target": 2, "content": {"text": "One"}})
    after = scrape(busy)[1]

    def grown(kind):
        sample = f'parley_events_total{{kind="{kind}"}}'
        return after[sample] - before[sample]

    assert (grown("message"), grown("edited"), grown("deleted")) == (2, 1, 0)
    assert grown("created") >= 1


@live_test()
async def test_sessions_are_counted_by_mode(busy):
    def sessions(mode):
        return scrape(busy)[1][f'parley_sessions{{mode="{mode}"}}']

    person = busy.sign_up()
    async with await Live.open(person, mode="MODE_HEADS_ONLY"):
        assert (sessions("everything"), sessions("heads_only")) == (0, 1)
    wait_until(lambda: sessions("heads_only") == 0, "the session is not counted any more")


def test_alert_rules_and_dashboard_name_metrics_that_exist(busy):
    printed, _ = scrape(busy)
    known = set(printed) | {f"{name}_{part}" for name, (kind, _) in printed.items() if kind == "histogram"
                            for part in ("bucket", "sum", "count")}
    rules = yaml.safe_load(ALERTS.read_text())
    expressions = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    dashboard = json.loads(DASHBOARD.read_text())
    expressions += [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    assert len(expressions) > 30
    for expression in expressions:
        unknown = set(NAME.findall(expression)) - known
        assert not unknown, f"{expression} names {unknown}"
    for rule in (rule for group in rules["groups"] for rule in group["rules"]):
        assert rule["alert"].startswith("Parley") and rule["labels"]["severity"] in ("page", "ticket"), rule
        assert rule["annotations"]["summary"].endswith("."), rule
    assert len({panel["title"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool comes with Debian's prometheus, which is large")
def test_prometheus_takes_the_alert_rules():
    checked = subprocess.run(["promtool", "check", "rules", ALERTS], capture_output=True, text=True, timeout=DEADLINE)
    assert checked.returncode == 0, checked.stdout + checked.stderr
