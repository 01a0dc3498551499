"""Machines of many kinds as they were recorded: what is detected of each, and what is said of it, field by field."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from advisor.evidence.machine.accelerators import PROFILER
from advisor.evidence.machine.detection import detect, identify
from advisor.evidence.machine.fitness import advice
from advisor.evidence.machine.framework_builds import builds
from advisor.evidence.machine.recording import Recording, read_recording
from advisor.evidence.machine.sources import Recorded
from advisor.loading.structure import plain
from advisor.model.measurement import Machine

MACHINES = Path(__file__).parents[3] / "machines"
NAMES = sorted(folder.name for folder in MACHINES.iterdir() if folder.is_dir())


def recorded(name: str) -> Recording:
    return read_recording(str(MACHINES / name / "recording.json"))


def expected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((MACHINES / name / "expected.yaml").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_machine_is_detected_field_by_field(name: str) -> None:
    wanted = expected(name)
    found = plain(detect(recorded(name).source))
    cards, sources = wanted.pop("accelerators", None), wanted.pop("sources", {})
    assert {key: found[key] for key in wanted if key in found} == {k: v for k, v in wanted.items() if k in found}
    assert {key: found["sources"].get(key) for key in sources} == sources
    if cards is not None:
        assert len(found["accelerators"]) == len(cards)
        for card, told in zip(found["accelerators"], cards, strict=True):
            assert {key: card[key] for key in told} == told


@pytest.mark.parametrize("name", NAMES)
def test_what_is_expected_is_of_a_machine(name: str) -> None:
    known = {field.name for field in fields(Machine)} | {"builds", "advice"}
    assert set(expected(name)) <= known
    assert "cores" in expected(name)


@pytest.mark.parametrize("name", NAMES)
def test_frameworks_are_held_against_the_machine(name: str) -> None:
    machine, environments = detect(recorded(name).source), recorded(name).environments
    made = tuple(build for there in environments for build in builds(there))
    wanted = expected(name)
    if "builds" in wanted:
        assert {build.framework: list(build.built_for) for build in made} == wanted["builds"]
    said = advice(machine, made, environments)
    assert [one.about for one in said] == [one["about"] for one in wanted["advice"]]
    for one, told in zip(said, wanted["advice"], strict=True):
        assert told["says"] in one.message
        assert list(one.commands) == told.get("commands", [])


@pytest.mark.parametrize("name", NAMES)
def test_a_recommendation_knows_the_same_machine(name: str) -> None:
    """What is quickly found has the fingerprint and the drivers of what is found at leisure."""
    source = recorded(name).source
    quick, full = identify(source), detect(source)
    assert quick.fingerprint == full.fingerprint
    assert [card.driver for card in quick.accelerators] == [card.driver for card in full.accelerators]
    assert quick.cores == full.cores


@pytest.mark.parametrize("name", NAMES)
def test_every_value_has_its_source(name: str) -> None:
    found = detect(recorded(name).source)
    unsaid = {"fingerprint", "quiet", "sources", "troubles"}
    known = {key for key, value in plain(found).items() if value not in (None, "", [])}
    assert known - unsaid <= set(found.sources)
    assert all(found.sources[key] for key in known - unsaid)
    assert all(card.source for card in found.accelerators)


def test_a_slow_command_does_not_make_another_machine_of_it() -> None:
    """What only a slow command tells is not in the fingerprint where something else tells the rest."""
    source = recorded("apple_m3_max").source
    without = {words: ran for words, ran in source.commands.items() if words != PROFILER}
    again = Recorded(source.files, without, source.calls, source.variables)
    assert identify(again).accelerators[0].source == "sysctl"
    assert identify(again).fingerprint == identify(source).fingerprint


def test_kinds_of_machine_are_told_apart() -> None:
    alike = {"container_cgroup_v1", "container_cgroup_v2"}
    prints = {name: identify(recorded(name).source).fingerprint for name in NAMES}
    assert len(set(prints.values())) == len(NAMES) - 1
    assert len({prints[name] for name in alike}) == 1
