"""How long messages took, from when they were due until another device had them: before, during and after each kind of fault."""

import bisect
import dataclasses


ON_THE_WAY = 0.1  # seconds; what is due so shortly before a fault meets it


@dataclasses.dataclass
class Spell:
    """One fault as it happened: `calm` is when the quiet before it began, `whole` when everything that was due before `end` was posted."""

    name: str
    calm: float
    begin: float
    end: float = 0.0
    whole: float = 0.0
    until: float = 0.0  # the end of the quiet after it


def at(values, share):
    return values[min(len(values) - 1, int(share * len(values)))]


def figures(values):
    if not values:
        return "       -       -       -"
    values = sorted(values)
    return "".join(f"{1000 * value:8.0f}" for value in (at(values, 0.5), at(values, 0.99), values[-1]))


class Samples:
    def __init__(self, due, took):
        pairs = sorted(zip(due, took))
        self.due, self.took = [pair[0] for pair in pairs], [pair[1] for pair in pairs]

    def between(self, begin, end):
        return self.took[bisect.bisect_left(self.due, begin):bisect.bisect_left(self.due, end)]


def table(book, spells):
    """Lines; all times in milliseconds, by when messages were due."""
    received = Samples(book.due, book.took)
    told = sorted(due + took for due, took in zip(book.answered_due, book.answered_took))
    lines = [f"{'':14}{'':6}{'before':>16}{'':8}{'during':>16}{'':8}{'after':>16}{'':8}{'until':>12}",
             f"{'fault':14}{'times':>6}" + 3 * f"{'p50':>8}{'p99':>8}{'max':>8}" + f"{'posts':>10}{'whole':>8}"]
    for name in dict.fromkeys(spell.name for spell in spells):
        mine = [spell for spell in spells if spell.name == name]
        before = [took for spell in mine for took in received.between(spell.calm, spell.begin - ON_THE_WAY)]
        during = [took for spell in mine for took in received.between(spell.begin, spell.end)]
        after = [took for spell in mine for took in received.between(spell.end, spell.until)]
        posts = [told[index] - spell.end for spell in mine if (index := bisect.bisect_left(told, spell.end)) < len(told)]
        whole = [spell.whole - spell.end for spell in mine if spell.whole]
        lines.append(f"{name:14}{len(mine):6}{figures(before)}{figures(during)}{figures(after)}"
                     f"{1000 * max(posts, default=0):10.0f}{1000 * max(whole, default=0):8.0f}")
    return lines
