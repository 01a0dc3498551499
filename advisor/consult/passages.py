"""The passages between the places of a project: from where code is written to training, and from there to the target.

Each is checked against what is known of the option, and against the releases that its parts declare to work with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from advisor.intake.facts import Projected
from advisor.model.answers import Answers
from advisor.model.component import Component
from advisor.model.finding import Finding
from advisor.model.framework import Framework
from advisor.model.recommendation import Passage, StackPart

UNKNOWN = "unknown"
_CONVERTING = ("conversion", "runtime", "serving")
PINNED = "version_pin_needed"
"""The flag for parts that do not work with the newest release; the findings that raise it are called so too."""


def passages(
    option: Framework,
    seen: Projected,
    answers: Answers,
    stack: Iterable[StackPart],
    components: Mapping[str, Component],
) -> tuple[tuple[Passage, ...], tuple[Finding, ...]]:
    """The passages of a situation with this option, and a finding for each."""
    parts = [part for part in stack if part.component in components]
    found = [
        *_to_training(option, seen, answers),
        *_to_target(option, seen, answers, parts),
    ]
    pins = [*_pins(option, parts, components)]
    return tuple(passage for passage, _ in found), (*(finding for _, finding in found), *pins)


def _to_training(option: Framework, seen: Projected, answers: Answers) -> Iterator[tuple[Passage, Finding]]:
    here = {key: answers.get(key) for key in ("develop_hw", "develop_os")}
    there = {key: answers.get(key) for key in ("train_hw", "train_os")}
    if None in (*here.values(), *there.values()) or list(here.values()) == list(there.values()):
        return
    state, evidence = _state(seen, "at_develop.accelerator")
    told = f"{option.id} on {here['develop_hw']} under {here['develop_os']} is {_said(state)}"
    message = f"Code is written on another machine than it is trained on: {told}."
    passage = Passage(
        start="develop", end="train", to=str(there["train_hw"]), state=state, via=(), finding="passage.develop.train"
    )
    yield passage, _finding(passage, message, {**here, **there}, evidence)


def _to_target(
    option: Framework, seen: Projected, answers: Answers, parts: list[StackPart]
) -> Iterator[tuple[Passage, Finding]]:
    target = answers.get("deploy_target")
    if not isinstance(target, str) or target == "none":
        return
    state, evidence = _state(seen, "at_deploy.runtime")
    leading = [part for part in parts if part.layer == "conversion" or part.place == "deploy"]
    via = tuple(dict.fromkeys(part.component for part in sorted(leading, key=_stage) if part.layer in _CONVERTING))
    way = f", here by {_listed(via)}" if via else ""
    message = f"From {option.id} to {target}: the way is {_said(state)}{way}."
    passage = Passage(start="train", end="deploy", to=target, state=state, via=via, finding="passage.train.deploy")
    yield passage, _finding(passage, message, {"deploy_target": target}, evidence)


def _stage(part: StackPart) -> tuple[int, str]:
    return _CONVERTING.index(part.layer) if part.layer in _CONVERTING else len(_CONVERTING), part.component


def _pins(option: Framework, parts: Iterable[StackPart], components: Mapping[str, Component]) -> Iterator[Finding]:
    """What has to be installed beside the option, and declares not to work with its newest release."""
    newest = option.facts.get("latest_release")
    release = newest.said.partition(" ")[0] if newest is not None else ""
    for name in dict.fromkeys(part.component for part in parts if part.place != "deploy" or part.layer == "conversion"):
        component = components[name]
        if not component.pins or newest is None or _allows(component.pins, option, release):
            continue
        yield Finding(
            id=f"passage.pin.{name}",
            rule=PINNED,
            message=f"{component.name} {component.release.partition(' ')[0]} asks for {component.pins}, and the "
            f"newest release is {release}: take one that both work with.",
            facts={"option": option.id},
            evidence=(f"component.{name}.goes_with", newest.id),
        )


def _allows(pins: str, option: Framework, release: str) -> bool:
    """Whether the release is one of those that are asked for; what is asked of another package says nothing of it."""
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415  (few stacks have a pin)

    try:
        asked = Requirement(pins)
    except InvalidRequirement:
        return True
    return not option.comes_as(asked.name.lower()) or asked.specifier.contains(release, prereleases=True)


def _state(seen: Projected, projection: str) -> tuple[str, tuple[str, ...]]:
    fact = seen.words.get(projection, {}).get("")
    return (fact.said, (fact.id,)) if fact is not None else (UNKNOWN, ())


def _finding(passage: Passage, message: str, facts: Mapping[str, object], evidence: tuple[str, ...]) -> Finding:
    return Finding(id=passage.finding, rule="passage", message=message, facts=facts, evidence=evidence)


def _said(state: str) -> str:
    return "not known" if state == UNKNOWN else state.replace("_", " ")


def _listed(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
