"""What README.md tells a new user to do, done with the command line client."""

import re
import subprocess

import pytest

from e2e_server import BIN, PASSWORD, ROOT, Server, read_until

PARLEY = BIN / "parley"


class Home:
    """Runs commands of the README, each as the person whose profile it is."""

    def __init__(self, directory):
        self.environment = {"HOME": str(directory), "PATH": "/usr/bin:/bin", "PARLEY_PASSWORD": PASSWORD}

    def start(self, server, profile, *arguments):
        command = [str(PARLEY), "--profile", profile, "--server", server.url, *arguments]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, env=self.environment)

    def __call__(self, *arguments, check=True):
        process = self.start(*arguments)
        out, errors = process.communicate(timeout=60)
        assert not check or process.returncode == 0, f"{arguments[1:]}: {errors}"
        return out


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def test_two_terminals_chat_the_plug_is_pulled_and_everything_is_there(tmp_path, home):
    with Server(tmp_path / "data") as server:
        home(server, "anna", "signup", "anna")
        home(server, "bert", "signup", "bert")
        home(server, "bert", "send", "anna", "Hello, Anna!")
        home(server, "anna", "send", "bert", "Hello, Bert!")
        server.kill()
        home(server, "bert", "send", "anna", "Written while the server was away", check=False)
        server.start()
        history = home(server, "bert", "history", "anna")
        said = ["Hello, Anna!", "Hello, Bert!", "Written while the server was away"]
        assert [history.count(text) for text in said] == [1, 1, 1], history
        assert sorted(said, key=history.index) == said
        history = home(server, "anna", "history", "bert")
        assert [history.count(text) for text in said] == [1, 1, 1], history
        server.stop()
        assert subprocess.run([str(BIN / "parleyd"), "--verify", str(server.data)]).returncode == 0


def test_tail_outlives_the_server_and_shows_what_came_meanwhile(tmp_path, home):
    with Server(tmp_path / "data") as server:
        home(server, "anna", "signup", "anna")
        home(server, "bert", "signup", "bert")
        with home.start(server, "anna", "tail") as tail:
            read_until(tail, tail.stderr, "Connected.")
            home(server, "bert", "send", "anna", "one")
            read_until(tail, tail.stdout, "one")
            server.kill()
            home(server, "bert", "send", "anna", "two", check=False)
            server.start()
            home(server, "bert", "send", "anna", "three")
            shown = read_until(tail, tail.stdout, "three")
            assert shown.index("two") < shown.index("three")
            tail.terminate()


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
