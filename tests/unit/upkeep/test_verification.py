"""Facts held against an installed package."""

from __future__ import annotations

from dataclasses import replace

import pytest
from upkeep_making import base, component, denied, fact, framework

from advisor.model.fact import Fact
from advisor.model.installed import Environment, Installed
from advisor.upkeep.verification import among, packages, verify, watched

RELEASE = fact("red.latest_release", "2.0 (2024-05-01)")


def environment(system: str = "linux", machine: str = "x86_64", licence: str = "", **versions: str) -> Environment:
    """An interpreter that has these packages, named with _ for -."""
    packages = {
        name.replace("_", "-"): Installed(version=version, python="", licence=licence)
        for name, version in versions.items()
    }
    return Environment(interpreter="/python", python="3.11", platform=system, machine=machine, packages=packages)


def held(
    *facts: Fact,
    version: str = "2.0",
    licence: str = "",
    system: str = "linux",
    machine: str = "x86_64",
    deny: tuple[str, ...] = (),
) -> dict[str, str]:
    there = environment(system, machine, licence, red_pkg=version)
    found = base(framework("red", *facts, package="red-pkg"), denials=(denied("red-pkg", *deny),))
    return {one.fact: one.verdict for one in verify(found, there)}


@pytest.mark.parametrize(
    ("known", "here", "verdict"),
    [
        ("2.0", "2.0", "holds"),
        ("2.0", "1.9", "holds"),
        ("2.0", "2.0.1", "contradicted"),
        ("2.0", "2.0+cu130", "holds"),
        ("2.0", "2.1+cu130", "contradicted"),
        ("2.0", "10.0", "contradicted"),
        ("2.0", "2.1rc1", "holds"),
        ("2.0rc1", "2.0rc2", "contradicted"),
        ("2.0", "no version", "holds"),
        ("of its own kind", "2.0", "holds"),
        ("2.0", "9" * 5000, "holds"),
    ],
)
def test_only_a_newer_release_contradicts(known: str, here: str, verdict: str) -> None:
    newest = fact("red.latest_release", f"{known} (2024-05-01)")
    assert held(newest, version=here) == {"red.latest_release": verdict}


def test_what_is_open_is_not_held_against_anything() -> None:
    facts = [fact(f"red.{name}", "unknown", note="n") for name in ("latest_release", "licence", "wheels.linux")]
    assert held(*facts, licence="MIT") == {}
    assert held(RELEASE, fact("red.architectures", "unknown")) == {"red.latest_release": "holds"}


@pytest.mark.parametrize("state", ["not_supported", "not_applicable"])
def test_a_state_is_no_release_and_no_licence(state: str) -> None:
    facts = [fact(f"red.{name}", state) for name in ("latest_release", "licence")]
    assert held(*facts, licence="MIT") == {}


@pytest.mark.parametrize(
    ("system", "machine", "platform"),
    [
        ("linux", "aarch64", "linux"),
        ("darwin", "arm64", "macos_arm64"),
        ("darwin", "x86_64", "macos_x86"),
        ("win32", "AMD64", "windows_native"),
    ],
)
def test_a_package_that_is_installed_is_there_for_its_system(system: str, machine: str, platform: str) -> None:
    facts = [fact(f"red.wheels.{name}", "none") for name in ("linux", "macos_arm64", "windows_native", "macos_x86")]
    here = f"red.wheels.{platform}"
    assert held(*facts, system=system, machine=machine) == {here: "contradicted"}
    assert held(fact(here, "not_supported"), system=system, machine=machine) == {here: "contradicted"}
    assert held(fact(here, "stable"), system=system, machine=machine) == {here: "holds"}
    assert held(fact(here, "not_applicable"), system=system, machine=machine) == {}
    assert held(*facts, system="plan9", machine=machine) == {}
    assert held(*facts, system="darwin", machine="") == {}


@pytest.mark.parametrize(
    ("system", "machine", "listed", "verdict"),
    [
        ("linux", "x86_64", ("linux arm64", "linux x86_64"), "holds"),
        ("linux", "aarch64", ("linux arm64",), "holds"),
        ("linux", "riscv64", ("linux arm64", "linux x86_64"), "contradicted"),
        ("linux", "x86_64", ("any",), "holds"),
        ("linux", "x86_64", "any", "holds"),
        ("linux", "x86_64", "none", "contradicted"),
        ("darwin", "x86_64", ("macos arm64",), "contradicted"),
        ("darwin", "x86_64", ("macos universal",), "holds"),
        ("win32", "AMD64", ("windows x86_64",), "holds"),
        ("win32", "ARM64", ("windows x86_64",), "contradicted"),
    ],
)
def test_the_newest_release_is_installed_only_where_it_has_wheels(
    system: str, machine: str, listed: str | tuple[str, ...], verdict: str
) -> None:
    facts = RELEASE, fact("red.architectures", listed)
    assert held(*facts, system=system, machine=machine)["red.architectures"] == verdict


@pytest.mark.parametrize("version", ["1.9", "2.1", "2.0+cpu"])
def test_wheels_of_other_builds_than_the_newest_release_are_not_held_against_anything(version: str) -> None:
    assert "red.architectures" not in held(RELEASE, fact("red.architectures", "none"), version=version)


def test_wheels_are_those_of_the_package_that_holds_them() -> None:
    red = replace(framework("red", fact("red.wheels.linux", "none"), package="red-pkg"), binary_package="red-bin")
    assert verify(base(red), environment(red_pkg="2.0")) == ()
    (one,) = verify(base(red), environment(red_bin="2.0"))
    assert (one.fact, one.verdict) == ("red.wheels.linux", "contradicted")
    assert one.found == "red-bin 2.0 is installed on linux x86_64"


@pytest.mark.parametrize(
    ("known", "here", "verdict"),
    [("1.0 (2024-05-01)", "1.0", "holds"), ("1.0 (2024-05-01)", "1.1", "contradicted"), ("unknown", "1.1", None)],
)
def test_the_release_of_a_component_is_held_too(known: str, here: str, verdict: str | None) -> None:
    parts = [component("a", package="a-pkg", release=known), component("b", release=known)]
    found = {one.fact: one.verdict for one in verify(base(components=parts), environment(a_pkg=here))}
    assert found == ({"component.a.release": verdict} if verdict else {})


@pytest.mark.parametrize(
    ("known", "here", "verdict"),
    [
        (("MIT",), "MIT", "holds"),
        ("MIT", "(Apache-2.0 OR MIT)", "holds"),
        (("Apache-2.0", "MIT"), "MIT AND Zlib", "holds"),
        (("MIT",), "MIT-0", "contradicted"),
        (("GPL-3.0-only",), "LGPL-3.0-only", "contradicted"),
    ],
)
def test_a_licence_is_one_that_the_metadata_names(known: str | tuple[str, ...], here: str, verdict: str) -> None:
    assert held(fact("red.licence", known), licence=here) == {"red.licence": verdict}
    assert held(fact("red.licence", known)) == {}


def test_a_fact_about_other_releases_is_older() -> None:
    facts = fact("red.a", "x", versions=">=2.1"), fact("red.b", "x", versions="<3"), fact("red.c", "x", versions="?")
    assert held(*facts) == {"red.a": "older"}
    assert held(*facts, version="2.1.0.dev1+git") == {"red.a": "older"}


@pytest.mark.parametrize(("version", "named"), [("1.5", True), ("1.5.0", True), ("1.5+cpu", True), ("1.5.1", False)])
def test_a_denied_release_is_named(version: str, *, named: bool) -> None:
    assert held(RELEASE, version=version, deny=("1.4", "1.5")).get("denied.red-pkg") == ("denied" if named else None)
    assert among(version, ("1.4", "1.5")) == named


def test_one_build_of_a_release_can_be_denied() -> None:
    assert [among(version, ["1.5+cpu"]) for version in ("1.5+cpu", "1.5.0+cpu", "1.5", "9" * 5000)] == [
        True,
        True,
        False,
        False,
    ]


def test_nothing_is_said_of_what_is_not_installed() -> None:
    found = base(framework("red", RELEASE, package="red-pkg"), denials=(denied("x", "1"),))
    assert verify(found, environment()) == ()


def test_packages_are_those_of_frameworks_and_components_and_denied_ones_are_watched() -> None:
    parts = [component("a", package="a-pkg"), component("b")]
    found = base(framework("red", package="red-pkg"), framework("blue"), components=parts, denials=(denied("x", "1"),))
    assert packages(found) == {"red-pkg", "a-pkg"}
    assert watched(found) == {"red-pkg", "a-pkg", "x"}
