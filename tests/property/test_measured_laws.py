"""What has to hold of any figures and any names in what people see of a measurement."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from advisor.model.measurement import ClassResult, FrameworkRun, Machine, Measurements, ProbeResult
from advisor.render.measured.axis import around
from advisor.render.measured.ties import Timed, ranked, tied
from advisor.render.measurements import as_markdown, as_svg, as_text

ERRORS = st.floats(0, 3)
TIMES = st.lists(
    st.builds(Timed, name=st.text("ab", max_size=2), time=st.floats(-5, 5), below=ERRORS, above=ERRORS), max_size=12
)
NUMBERS = st.floats(allow_nan=True, allow_infinity=True) | st.floats(0.5, 200)
HOSTILE = st.text(max_size=9) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        "]]>",
        "&amp;",
        '"',
        "\x1b[31m",
        "\ud800",
        "\u202e",
        "a" * 300,
        "|",
        "`$(x)`",
        "﷽" * 9,
    ]
)
CLASSES = st.builds(
    ClassResult,
    name=st.just("default") | HOSTILE,
    workload_class=HOSTILE,
    framework=HOSTILE,
    variant=HOSTILE,
    relative_time=NUMBERS,
    interval=st.tuples(NUMBERS, NUMBERS),
    first_step_s=NUMBERS,
    utilisation=st.none(),
)
RESULTS = st.builds(
    ProbeResult,
    framework=HOSTILE,
    variant=HOSTILE,
    probe=HOSTILE,
    device=st.sampled_from(["cpu", "cuda", "<b>"]),
    dtype=HOSTILE,
    outcome=st.sampled_from(["ok", "unstable", "failed", "skipped", "not_applicable"]),
    value=st.none() | NUMBERS,
    interval=st.none() | st.tuples(NUMBERS, NUMBERS),
    first_s=st.none() | NUMBERS,
    flags=st.lists(HOSTILE, max_size=2).map(tuple),
    reason=HOSTILE,
    paired=st.none() | st.floats(-10, 10),
    paired_error=st.none() | st.floats(0, 5),
    track=st.sampled_from(["matched", "as_shipped"]),
    peak_memory_mb=st.none() | NUMBERS,
)
RUNS = st.builds(
    FrameworkRun,
    framework=HOSTILE,
    variant=HOSTILE,
    version=HOSTILE,
    device=HOSTILE,
    python=HOSTILE,
    outcome=st.sampled_from(["ok", "failed", "skipped", "not_installed"]),
    reason=HOSTILE,
    threads=st.none() | st.integers(),
    import_s=st.none() | NUMBERS,
    first_operation_s=st.none() | NUMBERS,
)
MEASURED = st.builds(
    Measurements,
    machine=st.builds(
        Machine,
        fingerprint=st.just("f"),
        os=HOSTILE,
        arch=HOSTILE,
        cpu=HOSTILE,
        cores=st.integers(1, 4),
        memory_gb=st.none(),
        throttled=st.lists(HOSTILE, max_size=2).map(tuple),
    ),
    frameworks=st.lists(RUNS, max_size=3).map(tuple),
    results=st.lists(RESULTS, max_size=4).map(tuple),
    classes=st.lists(CLASSES, max_size=4).map(tuple),
    elapsed_s=NUMBERS,
    measured=HOSTILE,
    settings=st.dictionaries(st.sampled_from(["suite", "threads", "clock"]), HOSTILE),
)


@given(TIMES, TIMES)
def test_a_tie_is_mutual_and_every_time_ties_with_itself(some: list[Timed], others: list[Timed]) -> None:
    assert all(tied(one, other) == tied(other, one) for one in some for other in others)
    assert all(tied(one, one) for one in some)


@given(TIMES, st.integers())
def test_places_do_not_depend_on_the_order_given(times: list[Timed], seed: int) -> None:
    shuffled = Random(seed).sample(times, len(times))
    assert ranked(shuffled) == ranked(times)


@given(TIMES)
def test_ranks_count_those_before_and_a_rank_is_shared_with_its_leader(times: list[Timed]) -> None:
    places = ranked(times)
    assert [place.timed.time for place in places] == sorted(each.time for each in times)
    for number, place in enumerate(places, start=1):
        leader = places[place.rank - 1]
        assert leader.rank == place.rank <= number
        assert tied(leader.timed, place.timed)
        assert place.tied == (sum(other.rank == place.rank for other in places) > 1)
        if place.rank > 1 and place is leader:
            assert not tied(places[places[place.rank - 2].rank - 1].timed, place.timed)


@given(TIMES, st.floats(-3, 3))
def test_places_do_not_depend_on_the_unit(times: list[Timed], shift: float) -> None:
    exact = [replace(each, time=round(each.time)) for each in times]
    moved = [replace(each, time=each.time + round(shift)) for each in exact]
    assert [place.rank for place in ranked(moved)] == [place.rank for place in ranked(exact)]


@given(TIMES)
def test_every_time_is_on_the_axis_and_so_is_one(times: list[Timed]) -> None:
    axis = around(times)
    assert math.isfinite(axis.low)
    assert not any(axis.beyond(each.time) for each in times)
    assert (0.0, "1") in list(axis.ticks())
    assert all(0 <= axis.share(place) <= 1 for place, _ in axis.ticks())


@given(MEASURED)
def test_a_drawing_is_well_formed_whatever_names_there_are(measured: Measurements) -> None:
    drawn = as_svg(measured)
    drawn.encode("utf-8")
    root = ET.fromstring(drawn)  # noqa: S314  (what was just written)
    assert {each.tag.rpartition("}")[2] for each in root.iter()} <= {
        "svg", "title", "desc", "style", "rect", "text", "g", "path", "line"
    }  # fmt: skip
    assert not any(name.startswith("on") or "href" in name for each in root.iter() for name in each.attrib)
    assert "nan" not in "".join(each.get("d", "") for each in root.iter())


@given(MEASURED, st.booleans())
def test_no_line_is_wider_than_a_terminal_or_steers_it(measured: Measurements, unicode: bool) -> None:  # noqa: FBT001
    text = as_text(measured, unicode=unicode)
    assert all(len(line) <= 80 or line.lstrip().startswith("$ ") or "://" in line for line in text.split("\n"))
    assert text.replace("\n", "").isprintable()


@given(MEASURED)
def test_markdown_holds_no_markup_of_others(measured: Measurements) -> None:
    text = as_markdown(measured)
    assert text.replace("\n", "").isprintable()
    outside = [line for line in text.split("\n") if not line.startswith("      ")]
    assert not any("<" in line or ">" in line for line in outside)
