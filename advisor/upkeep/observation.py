"""Holds what is documented of frameworks against what was tried on a machine. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from advisor.model.capability import CapabilityDefinition, Refuted
from advisor.model.fact import STATES, UNSUPPORTED, Fact, Source
from advisor.model.framework import Framework
from advisor.model.hardware import ACCELERATORS
from advisor.model.measurement import CapabilityResult, Measurements

WORKS = "ok"
FAILS = ("failed", "wrong")
"""Outcomes that say something of a framework; what is not installed, does not apply or took too long says nothing."""

_NAMED = re.compile(r"([\w.+-]+)(?: \((.*)\))?")
"""An entry of a list that claims something without a reservation, with a remark."""


def observed(measured: Measurements) -> tuple[Fact, ...]:
    """Each capability that was tried as a fact: the outcome, of that version, seen on that day."""
    return tuple(_fact(measured, result) for result in measured.capabilities)


def refuted(
    frameworks: Mapping[str, Framework], definitions: Sequence[CapabilityDefinition], measured: Measurements
) -> tuple[Refuted, ...]:
    """Where what was observed cannot be, if what is documented of the same attribute and version is true."""
    by_id = {definition.id: definition for definition in definitions}
    found = []
    variants = _variants(measured.capabilities)
    for result, seen in zip(measured.capabilities, observed(measured), strict=True):
        definition, framework = by_id.get(result.capability), frameworks.get(result.framework)
        fact = _documented(framework, definition, result) if framework and definition else None
        if definition and fact and _denies(definition, fact, result, variants[result.framework]):
            found.append(Refuted(documented=fact, observed=seen, result=result))
    return tuple(found)


def _fact(measured: Measurements, result: CapabilityResult) -> Fact:
    ref = f"measurement:{measured.id} ({result.framework}=={result.version} on {result.device})"
    return Fact(
        id=f"{result.framework}/{result.variant}.{result.capability}",
        attribute=result.capability,
        value=result.outcome,
        source=Source(ref=ref, observed=measured.measured[:10], grade="measured"),
        note=result.reason,
        versions=f"=={result.version}" if result.version else "",
    )


def _documented(framework: Framework, definition: CapabilityDefinition, result: CapabilityResult) -> Fact | None:
    """What is documented for this device, else in general; nothing where it speaks of other releases."""
    limited = f"{definition.attribute}@{ACCELERATORS.get(result.device, result.device)}"
    fact = framework.facts.get(limited) or framework.facts.get(definition.attribute)
    return fact if fact and _speaks_of(fact, result.version) else None


def _speaks_of(fact: Fact, version: str) -> bool:
    if not fact.versions:
        return True
    try:
        return SpecifierSet(fact.versions).contains(Version(version), prereleases=True)
    except ValueError:
        return False


def _denies(definition: CapabilityDefinition, fact: Fact, result: CapabilityResult, variants: frozenset[str]) -> bool:
    works, fails = result.outcome == WORKS, result.outcome in FAILS
    if not (works or fails) or (isinstance(fact.value, str) and fact.value in STATES - {UNSUPPORTED}):
        return False
    if fact.value == UNSUPPORTED:
        return works and bool(definition.working_refutes or definition.entries)
    if definition.entries:
        claimed = _claims(fact, definition.entries, result.variant, variants)
        return fails and claimed
    return fact.value in (definition.working_refutes if works else definition.failing_refutes)


def _claims(fact: Fact, entries: Sequence[str], variant: str, variants: frozenset[str]) -> bool:
    """Whether an entry of a list or text claims it of this variant, and without a reservation.

    `onnx` and `litert (by a converter)` do; `bfloat16 in training` does for training alone; and `pt2 (torch)` does
    for the variant torch alone, where there are others.
    """
    listed = fact.value if isinstance(fact.value, tuple) else re.split(r"[,;] ", fact.value)
    for entry in listed:
        named = _NAMED.fullmatch(entry.strip())
        if named and named[1] in entries:
            limited = variants.intersection(re.findall(r"\w+", named[2] or ""))
            if not limited or variant in limited:
                return True
    return False


def _variants(results: Iterable[CapabilityResult]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for result in results:
        found.setdefault(result.framework, set()).add(result.variant)
    return {name: frozenset(names) for name, names in found.items()}
