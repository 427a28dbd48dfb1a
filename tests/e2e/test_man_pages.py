"""Man pages and completions say what the programs say of themselves."""

import re
import subprocess
import sys

import pytest

from e2e_server import BIN, ROOT

SECTION = {"parleyd": 8, "parley": 1, "parley-bench": 1}


@pytest.fixture(scope="module", name="share")
def written_pages(tmp_path_factory):
    share = tmp_path_factory.mktemp("share")
    subprocess.run([sys.executable, "-B", ROOT / "tools/build/man_pages.py", "--bin", BIN, "--docs", ROOT / "docs", "--out", share], check=True)
    return share


def shown(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout


def all_help(program, *path):
    """What --help says, of the program and of every command below it."""
    text = shown(BIN / program, *path, "--help")
    below = re.search(r"^Subcommands:\n((?:  .*\n)+)", text, re.M)
    for line in below[1].splitlines() if below else []:
        if line[2] != " ":
            text += all_help(program, *path, line.split()[0].rstrip(","))
    return text


def page_text(share, program):
    page = share / f"man/man{SECTION[program]}/{program}.{SECTION[program]}"
    rendered = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-rLL=200n", "-P-c", page], capture_output=True, text=True, check=True)
    assert not rendered.stderr, rendered.stderr
    return re.sub(".\b", "", rendered.stdout).replace("\u2010", "-")


@pytest.mark.parametrize("program", SECTION)
def test_every_option_and_command_is_in_the_man_page(share, program):
    text = page_text(share, program)
    said = all_help(program)
    options = set(re.findall(r"^  (?:-\w,)?(--[a-z][\w-]*)", said, re.M))
    commands = set(re.findall(r"^  ([a-z][\w-]*) {3,}\S", said, re.M))
    assert {"--help", "--version"} <= options
    assert not [option for option in options if not re.search(rf"(?<![\w-]){option}(?![\w-])", text)]
    assert not [command for command in commands if not re.search(rf"^ +{program} .*\b{command}\b", text, re.M)]


def test_pages_hold_what_the_docs_say(share):
    assert "SIGHUP" in page_text(share, "parleyd") and "trusted_proxies" in page_text(share, "parleyd")
    assert "XDG_STATE_HOME" in page_text(share, "parley")


def complete(share, program, *words):
    script = f'source {share}/bash-completion/completions/{program}; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); ' \
             f'_{program.replace("-", "_")}; echo "${{COMPREPLY[@]}}"'
    return shown("bash", "-c", script, "bash", program, *words).split()


def test_words_are_completed(share):
    assert complete(share, "parley", "gr") == ["group"]
    assert "create" in complete(share, "parley", "--json", "group", "")
    assert complete(share, "parley", "group", "create", "--desc") == ["--description"]
    assert complete(share, "parleyd", "--tls-k") == ["--tls-key"]
    assert "direct" in complete(share, "parley-bench", "")
