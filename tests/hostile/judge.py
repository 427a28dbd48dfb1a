"""What an answer may be at all, whatever was asked; and the account of what was asked and found."""

import fnmatch
import glob
import shlex
import sys
import time
import traceback

from hostile.contract import ERRORS
from hostile.talk import Ended, Silence

# RFC 6455 closes by itself, without an error of the table (docs/protocol.md, "The end").
PROTOCOL_CLOSES = {1002, 1007, 1009}
NEVER = {"internal", "damaged"}
LEAST_TEXT = 12


MET = set()  # names of errors that were answered


class Wrong(Exception):
    """An answer that should not have been."""


def check_error(error):
    """An error as docs/errors.md has it: known by name and number, with a text for people."""
    name = error.get("name")
    if name not in ERRORS:
        raise Wrong(f"an error that has no name of proto/errors.toml: {error}")
    if name in NEVER:
        raise Wrong(f"`{name}`: a mistake of the server's: {error}")
    if "number" in error and int(error["number"]) != ERRORS[name]["number"]:
        raise Wrong(f"`{name}` with another number: {error}")
    if len(error.get("text", "")) < LEAST_TEXT:
        raise Wrong(f"`{name}` says nothing to people: {error}")
    MET.add(name)
    return name


def verdict_of_frame(told):
    """"ok", or the name of the error or refusal; and its text."""
    if "error" in told:
        return check_error(told["error"]), told["error"]["text"]
    refused = told.get("outcome", {}).get("refused")
    if refused is None:
        return "ok", ""
    if refused not in ERRORS or refused in NEVER:
        raise Wrong(f"refused as `{refused}`, which is no refusal")
    MET.add(refused)
    return refused, ""


def verdict_of_end(ended):
    """The name with which a session ended; its close code has to be the error's."""
    if ended.error is None:
        if ended.code in PROTOCOL_CLOSES:
            return "malformed" if ended.code != 1009 else "too_large", ""
        if ended.reason in ERRORS and ended.code == ERRORS[ended.reason]["close"]:
            MET.add(ended.reason)
            return ended.reason, ""  # before hello the form is not known in which an error could be said
        raise Wrong(f"closed with {ended.code} ({ended.reason}) and no error")
    name = check_error(ended.error)
    code = ERRORS[name]["close"]
    if ended.code != code:
        raise Wrong(f"ended as `{name}` with code {ended.code}; the table says {code}")
    return name, ended.error["text"]


def verdict_of_answer(answer, statuses=None):
    """The same for HTTP. The status has to be the error's, and documented."""
    if statuses is not None and str(answer.status) not in statuses and (answer.status < 400 or "default" not in statuses):
        raise Wrong(f"status {answer.status} is not documented")
    if answer.status < 400:
        return "ok", ""
    name = check_error(answer.error)
    if answer.status != ERRORS[name]["http"]:
        raise Wrong(f"`{name}` with status {answer.status}; the table says {ERRORS[name]['http']}")
    if answer.status == 401 and not answer.headers.get("www-authenticate", "").startswith("Bearer"):
        raise Wrong("401 without WWW-Authenticate")
    return name, answer.error["text"]


def mentions(text, path):
    """True where the text names the field at `path`, in either spelling."""
    last = path.rsplit(".", 1)[-1]
    snake = "".join("_" + c.lower() if c.isupper() else c for c in last)
    return last in text or snake in text


class Run:
    """Everything that was asked. `only` is a pattern of case names; a case is repeated by its name and the seed."""

    def __init__(self, how, only="*", verbose=False):
        self.how, self.only, self.verbose = how, only, verbose
        self.counts, self.findings, self.skipped, self.notes = {}, [], [], []
        self.reached = set()  # fields that were lied about, as "Message.field"
        self.own = None  # a folder for servers of our own, where we may start some
        self.family, self.begun = "", time.monotonic()

    def begin(self, family):
        self.end()
        self.family, self.begun = family, time.monotonic()
        self.counts[family] = [0, 0, 0.0]

    def end(self):
        if self.family:
            self.counts[self.family][2] = time.monotonic() - self.begun
            done, found, seconds = self.counts[self.family]
            print(f"  {self.family:<12} {done:>6} asked {found:>4} unexpected {seconds:7.1f} s", flush=True)
            self.family = ""

    def wants(self, name):
        return fnmatch.fnmatchcase(f"{self.family}/{name}", self.only)

    def found(self, name, what):
        self.counts[self.family][1] += 1
        self.findings.append((f"{self.family}/{name}", what))
        print(f"    UNEXPECTED {self.family}/{name}: {what}", file=sys.stderr, flush=True)

    def skip(self, what):
        self.skipped.append(f"{self.family}: {what}")

    def note(self, what):
        self.notes += [what] if what else []

    def check(self, name, ask):
        """Runs one case: `ask` raises what is wrong with the answer. True where nothing was."""
        if not self.wants(name):
            return True
        self.counts[self.family][0] += 1
        if self.verbose:
            print(f"    {self.family}/{name}", flush=True)
        try:
            ask()
            return True
        except Wrong as wrong:
            self.found(name, str(wrong))
        except Silence:
            self.found(name, "no answer")
        except (Ended, EOFError, ConnectionError) as gone:
            self.found(name, f"the connection is gone: {gone!r}")
        except Exception:  # a case that cannot even be asked is a finding too, not the end of the run
            self.found(name, traceback.format_exc().strip().replace("\n", "\n      "))
        return False

    def summary(self):
        self.end()
        asked = sum(done for done, _, _ in self.counts.values())
        for what in self.notes:
            print(f"  {what}")
        for what in self.skipped:
            print(f"  not asked: {what}")
        wanted = {name for name, row in ERRORS.items() if row["kind"] in ("caller", "refusal")}
        print(f"  errors of callers and refusals met: {len(MET & wanted)} of {len(wanted)}; not met: {', '.join(sorted(wanted - MET))}")
        print(f"{asked} lies, {len(self.findings)} unexpected answers")
        if asked == 0:
            print(f"no case fits {self.only}; without --only, -v prints the names of all")
        for name, what in self.findings:
            print(f"\n{name}\n    {what}\n    again: {self.how} --only {shlex.quote(glob.escape(name))}")
        return asked > 0 and not self.findings


def allow(verdict, allowed, where=""):
    name, text = verdict
    if name not in allowed:
        said = f" ({text})" if text else ""
        raise Wrong(f"{where}answered {name}{said} instead of {', '.join(sorted(allowed))}")
