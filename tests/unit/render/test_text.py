"""The text for a terminal: narrow, harmless, and the same numbers as the JSON."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from rendering import EXAMPLES, SITUATIONS, checked, every, session, situation, with_hostile_texts

from advisor.render import FORMATS, rendering
from advisor.render.json import document
from advisor.render.lines import WIDTH
from advisor.render.text import render, render_detail

OPEN = ("none_of_these", "needs_more_info")
NAMES = [*(path.stem for path in EXAMPLES), *SITUATIONS]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", NAMES)
def test_every_format_ends_with_a_line_break_and_has_no_trailing_blanks(form: str, name: str) -> None:
    text = rendering(form)(every()[name])
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert all(line == line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("form", [render, render_detail])
@pytest.mark.parametrize("name", NAMES)
def test_text_fits_its_width(form: Any, name: str) -> None:
    too_long = [line for line in form(every()[name]).splitlines() if len(line) > WIDTH]
    assert all(len(line.split()) == 1 and "://" in line for line in too_long)


def test_an_address_is_never_broken() -> None:
    recommendation = every()["driver_assistance"]
    address = f"https://example.org/{'long/' * 30}page"
    sourced = replace(recommendation, evidence=(replace(recommendation.evidence[0], source=f"the page {address}"),))
    assert address in [line.strip().rstrip(",") for line in render_detail(sourced).splitlines()]


@pytest.mark.parametrize("name", NAMES)
def test_the_summary_is_short_and_the_detail_begins_with_it(name: str) -> None:
    summary = render(every()[name])
    assert len(summary.splitlines()) <= 24
    assert render_detail(every()[name]).startswith(summary)


@pytest.mark.parametrize("name", NAMES)
def test_the_summary_says_primary_status_and_every_place_of_the_stack(name: str) -> None:
    recommendation = every()[name]
    text = render(recommendation)
    remains = recommendation.ranking or recommendation.recommendation.stack
    shown = {"none_of_these": "none of these frameworks"} if remains else dict.fromkeys(OPEN, "no answer")
    primary = recommendation.recommendation.primary
    assert text.startswith("Build on")
    assert shown.get(primary, primary) in text.splitlines()[0]
    said = flat(text)
    assert all(part.component in said for part in recommendation.recommendation.stack)
    assert all(f"({flag.code}" in said or f", {flag.code}" in said for flag in recommendation.flags)


@pytest.mark.parametrize("name", NAMES)
def test_scores_in_text_are_those_of_the_json(name: str) -> None:
    recommendation = every()[name]
    detail = render_detail(recommendation)
    ranking = document(recommendation)["ranking"]
    scores = dict(re.findall(r"^(\w+) +(\d\.\d{3})  [#.]{30}  ", detail, re.MULTILINE))
    assert list(scores) == [ranked["option"] for ranked in ranking]
    for ranked in ranking:
        assert same(scores[ranked["option"]], ranked["score"])
    intervals = re.findall(r"[#.]{30}  (\d\.\d\d) to (\d\.\d\d)$", detail, re.MULTILINE)
    for ranked, ends in zip(ranking, intervals, strict=True):
        assert all(map(same, ends, ranked["interval"]))
    by_option = {ranked["option"]: ranked["score"] for ranked in ranking}
    summary = flat(render(recommendation))
    named = re.findall(r"(\w+) scores (\d\.\d\d) of 1", summary)
    following = re.search(r"(?:Next best|So far) +(.*)", render(recommendation))
    named += re.findall(r"(\w+) (\d\.\d\d)", following[1]) if following else []
    assert bool(named) == (bool(ranking) and recommendation.status not in ("out_of_scope", "no_feasible_option"))
    assert all(same(score, by_option[option]) for option, score in named)


def same(shown: str, value: float) -> bool:
    """Whether a figure in text is the value, rounded to its last digit."""
    digits = len(shown.partition(".")[2].rstrip("%"))
    return bool(abs(float(shown) - value) <= 0.5 * 10**-digits + 1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_weights_and_values_in_text_are_those_of_the_json(name: str) -> None:
    recommendation = every()[name]
    detail = render_detail(recommendation).splitlines()
    ranking = document(recommendation)["ranking"]
    for i, share in enumerate(ranking[0]["contributions"] if ranking else []):
        rows = [line.split() for line in detail if re.match(rf"{share['criterion']} +\d+\.\d%( +\d\.\d\d)+$", line)]
        assert all(abs(float(row[1].rstrip("%")) - 100 * share["weight"]) <= 0.0502 for row in rows)
        values = [ranked["contributions"][i]["value"] for ranked in ranking]
        shown = [value for row in rows for value in row[2:]]
        assert len(shown) == (len(values) if share["weight"] else 0)
        assert not shown or all(map(same, shown, values))


@pytest.mark.parametrize("name", NAMES)
def test_the_detail_names_every_finding_and_every_piece_of_evidence(name: str) -> None:
    recommendation = every()[name]
    detail = render_detail(recommendation).splitlines()
    begun = {line.split()[0] for line in detail if line and not line.startswith(" ")}
    assert {finding.id for finding in recommendation.findings} <= begun
    assert {piece.id for piece in recommendation.evidence} <= begun


@pytest.mark.parametrize("name", NAMES)
def test_questions_flips_and_revivals_are_all_in_the_detail(name: str) -> None:
    recommendation = every()[name]
    said = flat(render_detail(recommendation))
    for question in recommendation.questions:
        assert f"{question.text} Worth {question.value_of_information:.3f}: {', '.join(question.could_become)}." in said
    for excluded in recommendation.excluded:
        assert all(revival.why in said for revival in excluded.revive)
    for flip in recommendation.sensitivity.flips:
        assert all(f"{key} is " in said for key in flip.change)


@pytest.mark.parametrize("name", NAMES)
def test_a_sentence_names_what_is_known_and_not_that_it_is(name: str) -> None:
    hollow = re.compile(r"\b(for|in|of|on|that|to|under|with) known\b|, known\b|unknown option")
    assert not [finding.message for finding in every()[name].findings if hollow.search(finding.message)]


def test_a_wish_that_comes_first_without_being_advised_is_not_behind_itself() -> None:
    out = every()["outside"]
    asked = replace(out, answers={**out.answers, "requested_framework": out.ranking[0].option})
    (said,) = lines("Asked for", render(asked))
    assert said == f"{out.ranking[0].option}, which scores {out.ranking[0].score:.2f}."


def test_units_keep_their_capitals() -> None:
    answers = {"domain": "llm", "task": "finetune", "train_hw": "nvidia_gpu", "accelerator_count": 1}
    more = {"accel_mem_gb": 80, "model_params_b": 7, "model_size": "large"}
    detail = render_detail(session().recommend(checked({**answers, **more}), full=False))
    assert re.search(r"^Weights \d+ GB", detail, re.MULTILINE)


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def lines(label: str, text: str) -> list[str]:
    """The lines of that label, each as one."""
    found = re.findall(rf"^{label} .*(?:\n {{11}}.*)*", text, re.MULTILINE)
    return [flat(one).removeprefix(f"{label} ").strip() for one in found]


@pytest.mark.parametrize(
    ("name", "out"),
    [
        ("offline and cloud", "constraints without air_gapped; deploy_target onprem_server, batch or android."),
        ("chip and hardware", "accelerator left open; train_hw nvidia_gpu, cpu or mixed."),
    ],
)
def test_a_contradiction_is_told_once_with_its_flags_and_ways_out(name: str, out: str) -> None:
    recommendation = every()[name]
    text = render(recommendation)
    (conflict,) = lines("Conflict", text)
    (contradiction,) = recommendation.contradictions
    assert conflict == f"{contradiction.message} Ways out: {out} (ask_more, contradiction)"
    assert "exclude each other" in conflict
    assert not any("exclude each other" in line or "Which of the two" in line for line in lines("Mind", text))


def test_a_single_way_out_is_one() -> None:
    recommendation = every()["chip and hardware"]
    (contradiction,) = recommendation.contradictions
    only = replace(contradiction, ways_out=contradiction.ways_out[:1])
    (conflict,) = lines("Conflict", render(replace(recommendation, contradictions=(only,))))
    assert "Way out: accelerator left open. (" in conflict
    none = replace(contradiction, ways_out=())
    (conflict,) = lines("Conflict", render(replace(recommendation, contradictions=(none,))))
    assert "No change of a single answer ends it. (" in conflict


def test_where_no_ways_out_were_looked_for_it_says_what_does() -> None:
    core = session().recommend(checked(SITUATIONS["offline and cloud"]), full=False)
    (conflict,) = lines("Conflict", render(core))
    assert conflict.endswith("or lift the constraint. `--depth full` looks for ways out. (ask_more, contradiction)")


@pytest.mark.parametrize("name", NAMES)
def test_a_reason_for_an_exclusion_is_given_once(name: str) -> None:
    recommendation = every()[name]
    reasons = {finding.id: finding.message.rstrip(".") for finding in recommendation.findings}
    patterns = {reasons[e.findings[0]].replace(e.option, "") for e in recommendation.excluded}
    for told in lines("Ruled out", render(recommendation)):
        assert told.count("; ") + 1 == min(len(patterns), 7)
        assert all(re.search(rf"\b{e.option}\b", told) for e in recommendation.excluded) or "more" in told


def test_what_is_not_settled_is_not_called_low_confidence() -> None:
    recommendation = replace(every()["driver_assistance"], status="low_confidence")
    sure = recommendation.recommendation.confidence
    assert sure is not None
    said = f"pytorch  (not settled; best in {sure.p_best:.0%} of draws, confidence {sure.level})"
    assert render(recommendation).startswith(f"Build on   {said}\n")


def test_where_too_little_is_known_no_confidence_is_told() -> None:
    first = render(every()["thin"]).splitlines()[0]
    assert first == "Build on   nothing yet: too little is known  (needs_more_info)"


def test_a_chip_that_is_not_known_has_to_be_minded() -> None:
    said = (
        "No chip called h1000 is known, so nothing was concluded from the name. The nearest name that is known is h100."
    )
    assert said in lines("Mind", render(every()["no such chip"]))
    assert not any("No chip" in line for line in lines("Mind", render(every()["chip and hardware"])))


def test_a_single_answer_is_rested_on_alone() -> None:
    recommendation = every()["chip and hardware"]
    for keys, without in ((("domain",), "it"), (("domain", "task"), "one of them")):
        resting = replace(recommendation, sensitivity=replace(recommendation.sensitivity, decisive=keys))
        assert lines("Rests on", render(resting)) == [
            f"{', '.join(keys)}: without {without} the answer would be another."
        ]


HOSTILE = [
    "\x1b[31mred\x1b[0m",
    "a\u202eb\u2066c",
    "a\nBuild on mxnet",
    "\x00\x07\x7f\x9b",
    "\ud800",
    "{option} {x",
    "%s" * 9,
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize("form", [render, render_detail])
def test_nothing_that_a_terminal_obeys_comes_through(form: Any, text: str) -> None:
    shown = form(with_hostile_texts(text))
    assert all(character.isprintable() for character in shown.replace("\n", ""))
    assert text not in shown or text.isprintable()


@pytest.mark.parametrize("text", HOSTILE[:5], ids=ascii)
@pytest.mark.parametrize("form", [render, render_detail])
def test_nothing_of_an_overlay_is_obeyed_wherever_it_stands(form: Any, text: str) -> None:
    recommendation = situation("must")
    verdict, ranking = recommendation.recommendation, recommendation.ranking
    shown = form(
        replace(
            recommendation,
            recommendation=replace(
                verdict, stack=tuple(replace(part, component=text) for part in verdict.stack), tied_with=(text,)
            ),
            ranking=(ranking[0], *(replace(ranked, option=text) for ranked in ranking[1:])),
            status="tie",
            findings=tuple(
                replace(f, message=f"{text} {f.message}", facts={text: text}) for f in recommendation.findings
            ),
            questions=tuple(replace(q, key=text, text=text) for q in recommendation.questions),
            evidence=tuple(replace(e, id=text, source=text, origin=text) for e in recommendation.evidence),
        )
    )
    assert all(character.isprintable() for character in shown.replace("\n", ""))
    assert not any(line.startswith("Build on mxnet") for line in shown.splitlines())
    assert text not in shown or text.isprintable()


def test_a_tie_names_what_it_is_tied_with() -> None:
    recommendation = every()["driver_assistance"]
    verdict = replace(recommendation.recommendation, tied_with=("jax", "keras"))
    tied = replace(recommendation, status="tie", recommendation=verdict)
    assert f"{verdict.primary}, tied with jax, keras  (a tie; " in render(tied)
