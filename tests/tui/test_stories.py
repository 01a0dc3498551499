"""What people do with the questionnaire, from the first key to the file they leave with."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from cli.program import Run, example
from textual.widgets import Input, OptionList, TabbedContent

from advisor.inquiry import transcript
from advisor.inquiry.interview import Interview
from advisor.model.answers import ProjectSays
from advisor.render import text
from advisor.tui.pages import pages
from advisor.tui.widgets.choices import DONE, NONE, UNKNOWN
from tui.stories import Story, Told, assert_same_bytes, machine, saved, session, tell

EXAMPLES_SHOWN = ("laptop", "driver_assistance", "document_understanding")


def test_a_beginner_who_knows_little_comes_to_a_verdict() -> None:
    known = {"domain": "cv", "task": "train", "train_hw": "cpu", "team_skill": "beginner", "existing_code": "none"}

    async def story(told: Told) -> None:
        for _ in range(len(session().base.questions)):
            if told.screen == "VerdictScreen":
                break
            await told.choose(known.get(told.asked, UNKNOWN))
        assert told.screen == "VerdictScreen"
        kept = told.kept[-1].said
        given = {key: value for key, value in kept.items() if value is not None}
        assert given.items() <= known.items()
        assert {"domain", "task"} <= given.keys()
        assert told.said("#answer Static") == text.render(session().recommend(given, full=True)).rstrip("\n")

    tell(story)


def test_each_question_says_why_it_is_asked_and_what_it_separates() -> None:
    async def story(told: Told) -> None:
        question = next(q for q in session().base.questions if q.key == told.asked)
        assert told.said("#text") == question.text
        assert told.said("#why").startswith(f"{question.why} It could become ")

    tell(story)


def test_going_back_and_changing_an_answer_changes_what_follows() -> None:
    async def story(told: Told) -> None:
        await told.choose("cv")
        first = told.asked
        await told.press("escape")
        assert told.asked == "domain"
        assert "Answered before" in told.said("#origin")
        await told.choose("scientific_ml")
        assert told.kept[-1].said == {"domain": "scientific_ml"}
        assert told.said("#moved") != ""
        assert told.asked != "domain"
        assert first

    tell(story)


def test_an_answer_of_the_trail_is_gone_to_and_taken_back() -> None:
    async def story(told: Told) -> None:
        await told.choose("cv")
        await told.choose(UNKNOWN)
        trail = told.app.screen.query_one("#trail", OptionList)
        trail.focus()
        trail.highlighted = 0
        await told.press("enter")
        assert told.asked == "domain"
        trail.focus()
        trail.highlighted = 0
        await told.press("delete")
        assert list(told.kept[-1].said.values()) == [None]
        assert told.asked == "domain"

    tell(story)


def test_the_verdict_can_be_seen_at_once_and_left_again() -> None:
    async def story(told: Told) -> None:
        await told.press("ctrl+n")
        assert told.screen == "VerdictScreen"
        assert "nothing yet: too little is known" in told.said("#answer Static")
        await told.press("escape")
        assert told.screen == "InterviewScreen"

    assert tell(story).kept == []


def test_every_tab_of_the_verdict_has_something_to_say() -> None:
    async def story(told: Told) -> None:
        await told.press("ctrl+n")
        for page in ("scores", "change", "sources"):
            await told.press("right")
            assert told.app.screen.query_one(TabbedContent).active == page
            assert len(told.said(f"#{page} TextPane Static").splitlines()) > 3
        await told.press("right")
        assert told.app.screen.query_one(TabbedContent).active == "answer"

    tell(story, begun=Interview({"domain": "cv", "task": "train", "train_hw": "nvidia_gpu"}))


def test_nothing_of_the_detailed_text_is_missing_from_the_tabs_but_what_they_list() -> None:
    found = session().recommend({"domain": "cv", "task": "train", "train_hw": "nvidia_gpu"}, full=True)
    lines = text.render_detail(found).splitlines()
    titles = [line for line, below in pairwise(lines) if line and below == "-" * len(line)]
    shown = pages(found)
    heads = [line for page in shown.values() for line in page.splitlines() if line in titles]
    assert sorted(heads) == sorted({*titles} - {"Scores", "Findings"})
    assert "Sources" in shown["sources"]
    assert "weight" in shown["scores"]


def test_what_is_ruled_out_is_struck_through_and_says_why_on_a_key() -> None:
    async def story(told: Told) -> None:
        standing = told.app.screen.query_one("#standing", OptionList)
        row = standing.get_option("mxnet").prompt
        assert any("strike" in str(span.style) for span in getattr(row, "spans", ()))
        standing.focus()
        standing.highlighted = standing.get_option_index("mxnet")
        await told.press("enter")
        assert told.screen == "EvidenceScreen"
        assert "retired" in told.said("#evidence Static")
        await told.press("escape")
        assert told.screen == "InterviewScreen"

    tell(story)


def test_the_source_behind_a_finding_is_a_key_away() -> None:
    async def story(told: Told) -> None:
        await told.press("ctrl+n", "4", "enter")
        assert told.screen == "EvidenceScreen"
        assert told.said("#title").startswith("how ")
        assert "2026-" in told.said("#evidence Static")

    tell(story, begun=Interview({"domain": "cv", "task": "train"}))


def test_typing_filters_and_what_names_nothing_answers_nothing() -> None:
    async def story(told: Told) -> None:
        await told.press(*"nlpx", "enter")
        assert told.kept == []
        await told.press("backspace", "enter")
        assert told.kept[-1].said == {"domain": "nlp"}

    tell(story)


def test_a_filter_begins_with_any_letter() -> None:
    async def story(told: Told) -> None:
        await told.press(*"qu")
        assert told.app.screen.query_one("#typing", Input).value == "qu"
        assert told.app.is_running
        await told.press("escape")
        # What is not typed in a line or chosen from a list quits as little.
        await told.press("ctrl+n", "q")
        assert told.screen == "VerdictScreen"

    tell(story)


def test_what_is_pressed_before_the_next_question_is_there_answers_nothing() -> None:
    async def story(told: Told) -> None:
        for _ in range(3):
            told.app.simulate_key("enter")
        await told.settle()
        assert [*told.kept[-1].said] == ["domain"]
        assert len(told.kept) == 1
        assert told.asked not in ("", "domain")

    tell(story)


def test_of_several_answers_the_newest_is_shown() -> None:
    async def story(told: Told) -> None:
        for word in ("nlp", "speech", "scientific_ml"):
            told.app.questions._go(Interview({"domain": word}))
        assert told.app.questions.thinking
        trail = told.app.screen.query_one("#trail", OptionList)
        assert str(trail.options[0].prompt) == "domain scientific_ml"
        await told.settle()
        assert told.app.questions.consultation.situation.answers["domain"] == "scientific_ml"
        assert told.said("#moved").startswith("First now: jax")

    tell(story)


def test_several_words_are_marked_and_answered_together() -> None:
    async def story(told: Told) -> None:
        await told.choose("streaming")
        told.app.go_to("needs")
        await told.press("down", "space")
        assert told.app.screen.query_one("#choices", OptionList).get_option(DONE)
        await told.choose(DONE)
        marked = told.kept[-1].said["needs"]
        assert isinstance(marked, tuple)
        assert len(marked) == 2
        assert "streaming" in marked
        told.app.go_to("needs")
        await told.choose(NONE)
        assert told.kept[-1].said["needs"] == ()

    tell(story, begun=Interview({}, "needs"))


def test_a_number_that_is_none_is_refused_with_what_was_expected() -> None:
    async def story(told: Told) -> None:
        await told.press(*"two", "enter")
        assert "not a whole number" in told.said("#problem")
        assert told.kept == []
        told.app.screen.query_one("#typing", Input).value = "2"
        await told.press("enter")
        assert told.kept[-1].said == {"accelerator_count": 2}

    tell(story, begun=Interview({}, "accelerator_count"))


def test_what_is_detected_is_there_already_and_called_so() -> None:
    async def story(told: Told) -> None:
        assert any("develop_os linux  (detected)" in line for line in told.lines)
        told.app.go_to("develop_os")
        await told.press()
        await told.pilot.pause()
        assert "Detected on this machine" in told.said("#origin")

    tell(story, machine=machine())


def test_what_a_project_says_is_there_already_and_called_so() -> None:
    async def story(told: Told) -> None:
        assert any("existing_code jax  (project)" in line for line in told.lines)
        told.app.go_to("existing_code")
        await told.press()
        await told.pilot.pause()
        assert "Read from the project" in told.said("#origin")

    tell(story, project=ProjectSays(answers={"existing_code": "jax"}))


def test_an_interview_goes_on_where_it_was_left() -> None:
    async def beginning(told: Told) -> None:
        await told.choose("cv")
        await told.choose(UNKNOWN)
        asked.append(told.asked)
        await told.press("ctrl+q")

    async def going_on(told: Told) -> None:
        asked.append(told.asked)

    asked: list[str] = []
    left = tell(beginning).kept[-1]
    begun = transcript.read(transcript.written(left).encode(), "interview.yaml", session().base)
    assert begun == left
    tell(going_on, begun=begun)
    assert asked[0] == asked[1] != ""


def test_an_interview_that_was_finished_opens_with_its_verdict() -> None:
    every = Interview(dict.fromkeys((question.key for question in session().base.questions), None))

    async def story(told: Told) -> None:
        assert told.screen == "VerdictScreen"
        await told.press("escape")
        assert "Nothing that is still open" in told.said("#text")

    tell(story, begun=every)


def test_starting_anew_asks_first() -> None:
    async def story(told: Told) -> None:
        told.app.action_start_anew()
        await told.press("n")
        assert told.kept == []
        told.app.action_start_anew()
        await told.press("y")
        assert told.kept[-1].said == {}

    tell(story, begun=Interview({"domain": "cv"}))


@pytest.mark.parametrize(
    "begun",
    [
        *(transcript.read(example(name).read_bytes(), name, session().base) for name in EXAMPLES_SHOWN),
        Interview({"domain": "nlp", "task": None, "needs": ("streaming",)}),
        Interview({"domain": "optimisation"}),
        Interview({"domain": "cv", "task": "train", "train_hw": "google_tpu", "accelerator": "h100"}),
    ],
    ids=[*EXAMPLES_SHOWN, "something unknown", "out of scope", "contradictory"],
)
def test_the_saved_answers_give_the_same_bytes_as_the_verdict(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begun: Interview
) -> None:
    monkeypatch.chdir(tmp_path)
    tell(saved, begun=begun)
    assert_same_bytes(run, tmp_path)


async def knows_little(told: Told) -> None:
    known = {"domain": "cv", "task": "train", "team_skill": "beginner"}
    for _ in range(len(session().base.questions)):
        if told.screen == "VerdictScreen":
            break
        await told.choose(known.get(told.asked, UNKNOWN))
    assert told.screen == "VerdictScreen"


async def changes_an_answer(told: Told) -> None:
    await told.choose("cv")
    await told.choose(UNKNOWN)
    await told.press("escape", "escape")
    assert told.asked == "domain"
    await told.choose("scientific_ml")


async def goes_on(told: Told) -> None:
    assert told.asked not in ("domain", "task")
    await told.choose(UNKNOWN)


@pytest.mark.parametrize(
    ("story", "begun"),
    [
        (knows_little, Interview()),
        (changes_an_answer, Interview()),
        (goes_on, Interview({"domain": "speech", "task": None})),
    ],
    ids=["a beginner", "back and changed", "gone on with later"],
)
def test_whatever_the_way_the_saved_answers_give_the_same_bytes(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, story: Story, begun: Interview
) -> None:
    monkeypatch.chdir(tmp_path)

    async def whole(told: Told) -> None:
        await story(told)
        await saved(told)

    tell(whole, begun=begun)
    assert_same_bytes(run, tmp_path)


def test_a_file_that_is_there_is_replaced_at_the_second_asking_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "answers.yaml"
    file.write_text("mine\n", encoding="utf-8")

    async def story(told: Told) -> None:
        await told.press("ctrl+s", "enter")
        assert "already" in told.said("#problem")
        assert file.read_text(encoding="utf-8") == "mine\n"
        await told.press("enter")
        assert "domain: cv" in file.read_text(encoding="utf-8")

    tell(story, begun=Interview({"domain": "cv"}))


def test_a_place_that_cannot_be_written_to_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def story(told: Told) -> None:
        await told.press("ctrl+s")
        told.app.screen.query_one("#path", Input).value = "missing/answers.yaml"
        await told.press("enter")
        assert "cannot be written" in told.said("#problem")

    tell(story)
