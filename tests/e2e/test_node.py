"""npm's `ws`, the client most programs in JavaScript stand on, has a chat."""

import json
import shutil
import subprocess

from e2e_server import ROOT, module_server  # noqa: F401

NODE = ROOT / "tests" / "e2e" / "node"


def test_two_ws_clients_have_a_chat(server):
    assert shutil.which("node"), "there is no node: make setup"
    assert (NODE / "node_modules" / "ws").is_dir(), "npm's ws is missing: make setup, or npm ci --prefix tests/e2e/node"
    anna, bert = server.sign_up(), server.sign_up()
    run = subprocess.run(["node", str(NODE / "chat.mjs"), server.ws_url, anna.token, bert.token, bert.account],
                         capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    seen = json.loads(run.stdout)
    assert seen == {"extensions": "", "replyTo": "2", "pong": "node", "seqs": [1, 2, 3], "closed": [1000, 4321]}
