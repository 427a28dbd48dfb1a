"""Makes man pages and bash completions of what the programs say of themselves: --help, and the pages of docs/.

    man_pages.py --bin build/release/bin --docs docs --out build/release/share

Nothing is written here that is said elsewhere, so nothing can drift: synopsis, options and commands are those of --help,
asked of every command; what they mean together is taken from the sections of docs/ that PAGES names.
"""

import argparse
import dataclasses
import pathlib
import re
import subprocess

COLUMN = 30  # where --help begins to explain an option
HEADING = re.compile(r"^(Positionals|Options|Subcommands|[A-Z][A-Za-z ]*):$")
PAGES = {
    "parleyd": (8, "System administration", "operations.md", ["Configuration", "Administration", "Signals and exit codes", "The data directory"]),
    "parley": (1, "User commands", "cli.md", None),
    "parley-bench": (1, "User commands", None, None),
}


@dataclasses.dataclass
class Help:
    """What one command prints: its path ("parley group"), text, sections of (term, explanation), and commands below it."""

    path: list
    about: list
    usage: str
    sections: dict
    footer: list
    commands: list = dataclasses.field(default_factory=list)

    def options(self):
        return [option for term, _ in self.entries("Options") for option in re.findall(r"(?<![\w-])--?[a-z][\w-]*", term)]

    def entries(self, heading):
        """Those of one section; "Options" are all of those but positionals and commands."""
        if heading in ("Positionals", "Subcommands"):
            return self.sections.get(heading, [])
        return [entry for name, found in self.sections.items() if name not in ("Positionals", "Subcommands") for entry in found]


def parse_help(path, text):
    lines = text.rstrip().splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("Usage: "))
    found = Help(path, lines[:at], re.sub(r"^Usage: \S+", path[0], lines[at]).strip(), {}, [])
    section = None
    for number, line in enumerate(lines[at + 1 :], at + 1):
        if HEADING.match(line):
            section = found.sections.setdefault(line[:-1], [])
        elif section is not None and line.startswith("  ") and not line.startswith(" " * COLUMN):
            below = number + 1 < len(lines) and lines[number + 1].startswith(" " * COLUMN)
            cut = not below and len(line) > COLUMN and line[COLUMN - 1] == " "
            section.append([line[:COLUMN].strip(), line[COLUMN:].strip()] if cut else [line.strip(), ""])
        elif section and line.startswith(" " * COLUMN):
            section[-1][1] = f"{section[-1][1]} {line.strip()}".strip()
        elif line.strip():
            found.footer = lines[number:]
            break
    return found


def ask(binary, path):
    """The help of a command and of all below it."""
    shown = subprocess.run([binary, *path[1:], "--help"], capture_output=True, text=True, check=True).stdout
    found = parse_help(path, shown)
    found.commands = [ask(binary, [*path, term.split(",")[0]]) for term, _ in found.entries("Subcommands")]
    return found


# ---- roff ------------------------------------------------------------------------------------------------------------


def escape(text):
    text = "".join(letter if letter < "\x7f" else f"\\[u{ord(letter):04X}]" for letter in text.replace("\\", "\\e")).replace("-", "\\-").replace("^", "\\(ha").replace("~", "\\(ti").replace("`", "\\(ga")
    return "\\&" + text if text[:1] in (".", "'") else text


def inline(text):
    """One line of Markdown: `code`, **strong** and [links](…)."""
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)
    parts = re.split(r"(`[^`]+`|\*\*[^*]+\*\*)", text)
    shown = "".join(f"\\fB{escape(part[1:-1] if part[0] == '`' else part[2:-2])}\\fP" if part[:1] == "`" or part[:2] == "**" else escape(part) for part in parts)
    return "\\&" + shown if shown[:1] in (".", "'") else shown


def cells(row):
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def markdown(text):
    """The part of Markdown that our pages use: headings, paragraphs, lists, tables, indented code."""
    out = []
    paragraph, code = False, []
    for line in [*text.splitlines(), ""]:
        if line.startswith("    ") and not paragraph:
            code.append(line[4:])
            continue
        if code:
            out += [".RS 4", *preformatted(code), ".RE"]
            code = []
        heading = re.match(r"^(#+) (.*)", line)
        item = re.match(r"^(\*|\d+\.) +(.*)", line)
        if not line.strip():
            paragraph = False
        elif heading:
            out.append(f".SH {escape(heading[2].upper())}" if len(heading[1]) < 3 else f".SS {escape(heading[2])}")
            paragraph = False
        elif line.startswith("|"):
            row = cells(line)
            if all(re.fullmatch(r":?-+:?", cell) for cell in row):
                out = out[:-2]  # the line before was the table's head
            else:
                out += [f".TP\n{inline(row[0])}", inline(" \u2014 ".join(cell for cell in row[1:] if cell)) or "\\&"]
        elif item:
            mark = "\\(bu" if item[1] == "*" else item[1]
            out.append(f'.IP "{mark}" 4\n{inline(item[2])}')
            paragraph = True
        else:
            if not paragraph:
                out.append(".PP")
            out.append(inline(line.strip()))
            paragraph = True
    return out


def sections_of(page, wanted):
    """The body of a page below its title; only the sections `wanted`, where that is not None."""
    parts = re.split(r"^(?=## )", page, flags=re.M)
    if wanted is None:
        return "## More\n" + parts[0].split("\n", 1)[1] + "".join(parts[1:])
    found = {part.split("\n", 1)[0][3:]: part for part in parts[1:]}
    return "\n".join(found[name] for name in wanted)


def preformatted(lines):
    return [".nf", *(escape(line) for line in lines), ".fi"] if lines else []


def entries(found):
    return [f".TP\n\\fB{escape(term)}\\fP\n{escape(text) or chr(92) + '&'}" for term, text in found]


def command_sections(found):
    out = []
    for command in found.commands:
        out += [f".SS {escape(command.usage.replace(' [OPTIONS]', ''))}", *(escape(line) for line in command.about)]
        options = [entry for entry in command.entries("Options") if not entry[0].startswith("-h,")]
        out += entries(command.entries("Positionals") + options)
        out += command_sections(command)
    return out


def man_page(found, docs, version):
    name = found.path[0]
    section, title, page, wanted = PAGES[name]
    about = [line for line in found.about if line]
    summary = about[0].rstrip(".").split(": ")[0]
    out = [f'.TH {name.upper()} {section} "" "Parley {version}" "{title}"', ".SH NAME", f"{escape(name)} \\- {escape(summary)}"]
    out += [".SH SYNOPSIS", f"\\fB{escape(found.usage.replace(name, name + chr(92) + 'fP', 1)).replace(chr(92) + 'efP', chr(92) + 'fP')}"]
    out += [".SH DESCRIPTION", *(inline(line) for line in about)]
    out += [".SH OPTIONS", *entries(found.entries("Options"))]
    if found.commands:
        out += [".SH COMMANDS", *command_sections(found)]
    out += [".SH NOTES", *preformatted(found.footer)]
    if page:
        out += markdown(sections_of((docs / page).read_text(), wanted))
    others = [f"\\fB{escape(other)}\\fP({PAGES[other][0]})" for other in PAGES if other != name]
    return "\n".join([*out, ".SH SEE ALSO", ", ".join(others) + ", /usr/share/doc/parley", ""])


# ---- completion ------------------------------------------------------------------------------------------------------


def completion(found):
    """Words that may come next, by the commands before them; options that take a file complete files."""
    name = found.path[0]
    function = "_" + name.replace("-", "_")
    cases = []

    def add(command):
        words = [term.split(",")[0] for term, _ in command.entries("Subcommands")] + command.options()
        cases.append(f'    "{" ".join(command.path)}") words="{" ".join(words)}" ;;')
        for below in command.commands:
            add(below)

    add(found)
    commands = sorted({command for case in cases for command in case.split('"')[1].split()[1:]})
    known = f'      {"|".join(commands)}) path+=" $word" ;;\n' if commands else ""
    return f"""# bash completion of {name}; made from its --help
{function}() {{
  local path="{name}" word words
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$word" in
{known}      *) ;;
    esac
  done
  case "$path" in
{chr(10).join(cases)}
    *) words="" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o default -F {function} {name}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("bin", "docs", "out"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    args = parser.parse_args()
    for name, (section, *_) in PAGES.items():
        binary = (args.bin / name).resolve()
        found = ask(binary, [name])
        version = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
        for path, text in (
            (args.out / f"man/man{section}/{name}.{section}", man_page(found, args.docs, version)),
            (args.out / f"bash-completion/completions/{name}", completion(found)),
        ):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


if __name__ == "__main__":
    main()
