"""What README.md tells a new user to do, done with the command line client."""

import re
import subprocess

import pytest

from e2e_server import BIN, PASSWORD, ROOT, Server

PARLEY = BIN / "parley"


@pytest.fixture
def home(tmp_path):
    """Runs a command of the README as the person whose profile it is."""

    def run(server, profile, *arguments, check=True):
        command = [str(PARLEY), "--profile", profile, "--server", server.url, *arguments]
        environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "PARLEY_PASSWORD": PASSWORD}
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, stdin=subprocess.DEVNULL)
        assert not check or done.returncode == 0, f"{arguments}: {done.stderr}"
        return done

    return run


def test_two_terminals_chat_the_plug_is_pulled_and_everything_is_there(tmp_path, home):
    with Server(tmp_path / "data") as server:
        home(server, "anna", "signup", "anna")
        home(server, "bert", "signup", "bert")
        home(server, "bert", "send", "anna", "Hello, Anna!")
        home(server, "anna", "send", "bert", "Hello, Bert!")
        server.kill()
        home(server, "bert", "send", "anna", "Written while the server was away", check=False)
        server.start()
        history = home(server, "bert", "history", "anna").stdout
        said = ["Hello, Anna!", "Hello, Bert!", "Written while the server was away"]
        assert [history.count(text) for text in said] == [1, 1, 1], history
        assert sorted(said, key=history.index) == said
        history = home(server, "anna", "history", "bert").stdout
        assert [history.count(text) for text in said] == [1, 1, 1], history
        server.stop()
        assert subprocess.run([str(BIN / "parleyd"), "--verify", str(server.data)]).returncode == 0


@pytest.mark.parametrize("page", sorted(path.relative_to(ROOT).as_posix() for path in
                                        [ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/**/*.md")]))
def test_every_link_leads_somewhere(page):
    text = (ROOT / page).read_text()
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        assert file.exists(), f"{page} links to {target}"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in anchors, f"{page} links to {target}"
