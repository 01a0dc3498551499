"""Whether conditions can hold at all, and whether every comparison in them can have a part in it."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.audit.options import Options
from advisor.audit.worlds import World
from advisor.frozen import dataclass
from advisor.inference.normal import Alternative, Check, alternatives
from advisor.model.audit import Remark
from advisor.model.fact import NOT_APPLICABLE
from advisor.model.rule import Rule

_SAID = {"differs": "is not", "lacks": "lacks", "has": "has"}


@dataclass(frozen=True, slots=True)
class Holding:
    """What of a rule's condition can hold."""

    rule: Rule
    dead: tuple[tuple[Check, Alternative], ...]
    """Comparisons that never have a part in it, each with the least that excludes one another."""
    waiting: tuple[Check, ...]
    """Comparisons that wait for an option that says so."""
    lives: bool


def holding(rule: Rule, world: World, options: Options) -> Holding:
    """What of the condition can hold; nothing that does is called dead."""
    ways = alternatives(rule.when)
    live: set[Check] = set()
    dead: dict[Check, Alternative] = {}
    waiting: dict[Check, None] = {}
    for unit, tried in (unit for way in ways for unit in _units(way)):
        if live.issuperset(tried):
            continue
        box = world.box(unit)
        if box is None or world.possible(box) is None:
            dead |= {check: unit for check in tried if check not in dead}
        elif not options.can(box):
            waiting |= dict.fromkeys(tried)
        else:
            live.update(tried)
    never = [check for check in dead if check not in live and check not in waiting and _written(check)]
    return Holding(
        rule=rule,
        dead=tuple((check, _core(dead[check], check, world)) for check in never),
        waiting=tuple(check for check in waiting if check not in live and not options_say(check, options)),
        lives=bool(live),
    )


def _units(way: Alternative) -> Iterator[tuple[Alternative, Alternative]]:
    """The alternative with each of several words alone, and the comparisons that are put to the test by that."""
    several = [check for check in way if check.test == "among"]
    for check in several:
        for word in str(check.value).split("|"):
            alone = tuple(check._replace(test="is", value=word) if one == check else one for one in way)
            yield alone, tuple(one for one in alone if one.test != "among")
    if not several:
        yield way, way


def satisfiable(found: Holding, *, invented: bool) -> Iterator[Remark]:
    """What is wrong with it; `invented` is whether the example is about an option that there is not."""
    rule = found.rule
    if not found.lives and not found.waiting and found.dead:
        least = " and ".join(map(said, found.dead[0][1]))
        yield _problem(rule, f"it can never hold: {least} cannot be together.", "Mend the condition.")
    elif not found.lives and not invented:
        asked = " nor ".join(map(said, found.waiting)) or "all of it at once"
        hint = "Mend the condition, or give an example about an invented option."
        yield _problem(rule, f"dead: no option has {asked}.", hint)
    else:
        for check, core in found.dead:
            others = " and ".join(said(one) for one in core if one != check)
            message = f"`{said(check)}` never takes part: " + (f"{others} excludes it." if others else "it cannot be.")
            yield _problem(rule, message, "Leave it out, or mend what excludes it.")


def waits(found: Holding) -> Iterator[Remark]:
    """What of it no option says today."""
    if found.lives and found.waiting:
        message = f"no option says today: {', '.join(map(said, found.waiting))}."
        yield Remark(check="satisfiable", about=found.rule.id, place=found.rule.place, message=message)


def options_say(check: Check, options: Options) -> bool:
    """Whether what is compared is no matter of options, or some option says so."""
    return (
        check.test not in ("is", "has")
        or not options.knows(check.attribute)
        or options.ever(check.attribute, str(check.value))
    )


def said(check: Check) -> str:
    """A comparison as a file says it."""
    if check.test in ("known", "unknown"):
        return f"{check.attribute} is {check.test}"
    if check.test in ("among", "outside"):
        words = str(check.value).replace("|", ", ")
        return f"{check.attribute} is {'one' if check.test == 'among' else 'none'} of {words}"
    value = check.value if isinstance(check.value, str) else f"{check.value / 10_000:g}"
    return f"{check.attribute} {_SAID.get(check.test, check.test)} {value}"


def _written(check: Check) -> bool:
    """Whether it stands there as such: `unless` asks for what is open, which may well be known otherwise."""
    return check.test != "unknown" and check.value != NOT_APPLICABLE


def _core(way: Alternative, kept: Check, world: World) -> Alternative:
    """The least of the comparisons that still exclude one another, the one that is meant among them if it can be."""
    core = list(way)
    for check in sorted(way, key=lambda one: one == kept):
        rest = [one for one in core if one != check]
        box = world.box(rest)
        if rest and (box is None or world.possible(box) is None):
            core = rest
    return tuple(core)


def _problem(rule: Rule, message: str, hint: str) -> Remark:
    return Remark(check="satisfiable", about=rule.id, place=rule.place, message=message, hint=hint)
