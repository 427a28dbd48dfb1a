"""parley chat in a real terminal: tmux shows it, presses its keys and moves its mouse."""

import itertools
import os
import re
import shlex
import signal
import subprocess

import pytest

from e2e_server import Server, wait_until
from test_cli import Terminal


class Tmux:
    """A tmux server of its own, which nobody else sees."""

    def __init__(self, folder):
        self.socket = str(folder / "tmux")
        config = folder / "tmux.conf"
        config.write_text("set -g default-terminal tmux-256color\nset -s escape-time 10\nset -g history-limit 100\n")
        self.start = ["tmux", "-u", "-f", str(config), "-S", self.socket]

    def __call__(self, *arguments):
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": os.path.dirname(self.socket)}
        done = subprocess.run([*self.start, *arguments], capture_output=True, text=True, timeout=30, env=environment)
        assert done.returncode == 0, f"tmux {arguments}: {done.stderr}"
        return done.stdout

    def end(self):
        subprocess.run([*self.start, "kill-server"], capture_output=True, timeout=30)


class Pane:
    """A shell in a window of its own."""

    count = itertools.count()

    def __init__(self, tmux, person, width=100, height=24, **environment):
        self.tmux, self.person = tmux, person
        variables = {**person.environment(), "PS1": "$ ", "TZ": "UTC", **environment}
        shell = " ".join(["env", "-i", "TERM=tmux-256color", *(f"{k}={shlex.quote(v)}" for k, v in variables.items()), "sh"])
        self.name = f"{person.profile}{next(Pane.count)}"
        tmux("new-session", "-d", "-s", self.name, "-x", str(width), "-y", str(height), shell)
        self.wait("$")

    def run(self, command):
        self.type(command)
        self.keys("Enter")

    def chat(self, *arguments):
        self.run(" ".join(shlex.quote(part) for part in self.person.command("chat", *arguments)))
        wait_until(lambda: self.asked("alternate_on") == "1" and "? help" in self.text(), "the screen")
        return self

    def keys(self, *names):
        self.tmux("send-keys", "-t", self.name, *names)

    def type(self, text):
        self.tmux("send-keys", "-t", self.name, "-l", text)

    def say(self, text):
        self.type(text)
        self.keys("Enter")

    def click(self, line_with, column=6):
        row = next(i for i, line in enumerate(self.text().splitlines()) if line_with in line)
        self.type(f"\x1b[<0;{column};{row + 1}M\x1b[<0;{column};{row + 1}m")

    def text(self, *options):
        return self.tmux("capture-pane", "-p", "-t", self.name, *options)

    def asked(self, name):
        return self.tmux("display-message", "-p", "-t", self.name, "#{" + name + "}").strip()

    def until(self, condition, what, *options):
        """Waits until `condition` holds for the text of the screen."""
        try:
            wait_until(lambda: condition(self.text(*options)), what)
        except AssertionError as error:
            raise AssertionError(f"{error}; the screen shows\n{self.text(*options)}") from None
        return self

    def wait(self, *parts):
        return self.until(lambda text: all(part in text for part in parts), f"{parts}")

    def wait_without(self, *parts):
        return self.until(lambda text: not any(part in text for part in parts), f"no {parts}")

    def wait_match(self, pattern, *options):
        return self.until(lambda text: re.search(pattern, text), pattern, *options)

    def process(self):
        shell = self.asked("pane_pid")
        return int(subprocess.run(["pgrep", "-P", shell, "-x", "parley"], capture_output=True, text=True).stdout)


@pytest.fixture
def server(tmp_path):
    with Server(tmp_path / "data") as running:
        yield running


@pytest.fixture
def people(tmp_path, server):
    terminals = [Terminal(tmp_path / "home", server, name) for name in ("anna", "bert")]
    for terminal in terminals:
        terminal("signup", terminal.profile)
    return terminals


@pytest.fixture
def tmux(tmp_path):
    running = Tmux(tmp_path)
    yield running
    running.end()


def test_two_people_chat_and_see_badges_typing_and_ticks(people, tmux):
    anna = Pane(tmux, people[0], NO_COLOR="1").chat("bert")
    anna.wait("Write a message")
    bert = Pane(tmux, people[1]).chat()
    anna.wait("online")
    anna.say("Hello, Bert! 日本 👨‍👩‍👧‍👦 שלום")
    bert.wait_match(r"anna +1 │")  # the badge
    anna.wait_match("\x1b\\[2m✓✓", "-e")  # received
    bert.click("anna")
    bert.wait("Hello, Bert! 日本").wait_match(r"anna +\d\d:\d\d │")
    anna.wait_match("\x1b\\[(0;)?1m✓✓", "-e")  # read
    bert.type("hm")
    anna.wait("bert is typing")
    bert.keys("C-j")
    bert.say("two lines")
    anna.wait("hm", "two lines").wait_without("is typing")
    anna.keys("Up")
    anna.type("+1")
    bert.wait("👍 1")
    bert.keys("M-e")
    bert.wait("changing your message")
    bert.say(" edited")
    anna.wait("two lines edited", "edited ")
    anna.keys("Up")
    anna.type("r")
    anna.say("an answer")
    bert.wait("┃ bert: hm", "an answer")
    bert.keys("Up", "Up")
    bert.type("de")
    anna.wait("deleted")


def test_what_was_written_without_a_server_arrives_once(people, server, tmux):
    anna = Pane(tmux, people[0]).chat("bert")
    bert = Pane(tmux, people[1]).chat()
    anna.say("before")
    bert.wait_match(r"anna +1 │")
    server.kill()
    anna.wait("no connection")
    anna.say("offline one")
    anna.say("offline two")
    anna.wait("◷", "2 messages wait", "offline two")
    server.start()
    anna.wait_without("◷", "no connection", "wait")
    bert.wait_match(r"anna +3 │")
    bert.keys("Enter")
    bert.wait("offline one", "offline two", "new messages")
    assert bert.text().count("offline one") == 1
    said = [event["text"] for event in people[1].json("history", "anna") if event["kind"] == "message"]
    assert said == ["before", "offline one", "offline two"]


def test_channels_are_found_messages_searched_and_sizes_changed(people, tmux):
    bert_cli = people[1]
    bert_cli("send", "anna", "-", "--lines", text="".join(f"line {i}\n" for i in range(1, 61)))
    anna = Pane(tmux, people[0], width=110).chat()
    anna.wait_match(r"bert +60 │")
    anna.keys("C-g")
    anna.say("Walking club")
    anna.say("bert")
    anna.wait("# Walking club", "2 members")
    anna.type("a draft")
    anna.keys("C-k")
    anna.say("ber")
    anna.wait("line 60")
    anna.wait_match(r"Walking club +✎")
    bert_cli("send", "anna", "-", "--lines", text="".join(f"burst {i}\n" for i in range(1, 401)))
    anna.type("keys are heard")
    anna.wait("burst 400", "› keys are heard")
    anna.keys("C-c", "C-f")
    anna.say("burst 277")
    anna.wait("▌  burst 277").wait_without("burst 400")
    tmux("resize-window", "-t", anna.name, "-x", "60", "-y", "20")
    anna.wait_without("Parley · anna").wait("‹ bert", "burst 277")
    anna.keys("Tab")
    anna.wait("Parley · anna", "# Walking club").wait_without("burst 277")
    tmux("resize-window", "-t", anna.name, "-x", "110", "-y", "30")
    anna.wait("Parley · anna", "burst 277")
    anna.click("Walking club")
    anna.wait("› a draft")
    anna.keys("C-c")
    anna.type("?")
    anna.wait("Keys (any key closes)", "Alt+A")


def test_hostile_messages_leave_the_terminal_alone(people, tmux):
    anna = Pane(tmux, people[0]).chat()
    people[1]("send", "anna", "-", text="\x1b]0;pwned\x07\x1b[2J\x1b[31mred\x1b[0m \u202egnp.exe\n" + "e\u0301\u0301\u0301" * 2000)
    people[1]("send", "anna", "harmless https://example.org/")
    anna.wait_match(r"bert +2 │")
    anna.keys("Enter")
    anna.wait("harmless", "]0;pwned", "Parley · anna", "? help")
    assert anna.asked("pane_title") != "pwned"
    assert "\u202e" not in anna.text()
    for line in anna.text().splitlines()[2:-1]:
        assert line[25] in "│├", line


def test_the_terminal_is_as_it_was_however_it_ends(people, tmux):
    anna = Pane(tmux, people[0])

    def is_back():
        wait_until(lambda: anna.asked("alternate_on") == "0" and anna.asked("mouse_any_flag") == "0", "the first page")
        anna.run("clear; stty -a")
        anna.wait("$", " icanon", " echo ")

    anna.chat()
    anna.keys("C-z")
    is_back()
    anna.run("fg")
    anna.wait("Parley · anna", "? help")
    anna.keys("C-q")
    is_back()
    anna.run("clear; echo ended with $?")
    for number, code in ((signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGSEGV, 139)):
        anna.chat()
        os.kill(anna.process(), number)
        wait_until(lambda: anna.asked("alternate_on") == "0", "the first page")
        anna.run("echo ended with $?")
        anna.wait(f"ended with {code}")
        is_back()


def test_colours_follow_the_terminal(people, tmux):
    people[1]("send", "anna", "hello")
    seen = {}
    for name, options, environment in (("dark", ["--theme", "dark"], {}), ("light", ["--theme", "light"], {}),
                                       ("true", ["--theme", "dark"], {"COLORTERM": "truecolor"}),
                                       ("none", [], {"NO_COLOR": "1"})):
        pane = Pane(tmux, people[0], **environment).chat("bert", *options)
        pane.wait("hello", "bert")
        seen[name] = pane.text("-e")
        pane.keys("C-q")
        wait_until(lambda: pane.asked("alternate_on") == "0", "the end")
    assert "38;5;" in seen["dark"] and "38;5;" in seen["light"] and seen["dark"] != seen["light"]
    assert "38;2;" in seen["true"]
    assert not re.search("\x1b\\[[0-9;]*(3[0-8]|4[0-8]|9[0-7])", seen["none"])


def test_without_a_terminal_it_says_what_to_use(people):
    done = people[0].run("chat")
    assert done.returncode == 2 and "parley tail" in done.stderr
