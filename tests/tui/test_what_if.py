"""What another answer or another weight would change, tried before it is said."""

from __future__ import annotations

from textual.widgets import OptionList

from advisor.inquiry.interview import Interview, prefer, preferred
from advisor.tui.widgets.standing import StandingList
from tui.stories import LARGE, SMALL, Told, tell

BEGUN = Interview({"domain": "cv", "task": "train", "train_hw": "nvidia_gpu", "train_os": "linux"})


async def chosen(told: Told, row: str) -> None:
    levers = told.app.screen.query_one("#levers", OptionList)
    levers.highlighted = levers.get_option_index(row)
    await told.pilot.pause()


def standing(told: Told, name: str) -> list[str]:
    return [str(each.option) for each in told.app.screen.query_one(f"#{name}", StandingList)._standings]


def test_another_answer_moves_what_is_then_and_leaves_what_is_now() -> None:
    async def story(told: Told) -> None:
        await told.press("ctrl+g")
        assert told.screen == "WhatIfScreen"
        before = standing(told, "now")
        assert standing(told, "then") == before
        await chosen(told, "train_hw")
        for _ in range(4):
            await told.press("right")
        assert standing(told, "now") == before
        assert standing(told, "then") != before
        assert told.said("#moved") not in ("", "Nothing moved.")
        await told.press("escape")
        assert told.app.questions.interview.said == BEGUN.said
        assert told.kept == []

    tell(story, begun=BEGUN)


def test_what_is_kept_is_an_answer_like_any_other() -> None:
    async def story(told: Told) -> None:
        await told.press("ctrl+g")
        await chosen(told, "train_os")
        await told.press("right", "enter")
        assert told.screen == "InterviewScreen"
        kept = told.kept[-1].said
        assert kept["train_os"] not in (None, "linux")
        assert {k: v for k, v in kept.items() if k != "train_os"} == {
            k: v for k, v in BEGUN.said.items() if k != "train_os"
        }

    tell(story, begun=BEGUN)


def test_more_weight_is_a_priority_and_back_again_is_none() -> None:
    async def story(told: Told) -> None:
        await told.press("ctrl+g")
        await chosen(told, "weight of learning")
        await told.press("right", "right")
        assert any("weight of learning" in line and "must" in line for line in told.lines)
        await told.press("left", "left")
        assert told.said("#moved") == "Nothing is moved."
        await told.press("right", "enter")
        assert told.kept[-1].said["priorities"] == {"learning": "should"}

    tell(story, begun=BEGUN, size=LARGE)


def test_an_answer_that_is_turned_round_comes_back_to_itself() -> None:
    async def story(told: Told) -> None:
        await told.press("ctrl+g")
        await chosen(told, "train_os")
        for _ in range(6):
            await told.press("right")
        assert told.said("#moved") == "Nothing is moved."

    tell(story, begun=BEGUN)


def test_everything_is_on_the_screen() -> None:
    for size in (SMALL, LARGE):

        async def story(told: Told) -> None:
            await told.press("ctrl+g")
            for name in ("levers", "now", "then", "moved"):
                assert told.app.screen.region.contains_region(told.app.screen.query_one(f"#{name}").region)
            seen = "\n".join(told.lines)
            assert all(word in seen for word in ("Now", "Then", "train_hw", "Keep"))

        tell(story, begun=BEGUN, size=size)


def test_a_priority_stops_at_both_ends() -> None:
    most = Interview()
    for _ in range(9):
        most = prefer(most, "speed", 1)
    assert preferred(most, "speed") == "must"
    least = most
    for _ in range(9):
        least = prefer(least, "speed", -1)
    assert preferred(least, "speed") == "ignore"
    assert prefer(prefer(Interview(), "speed", 1), "speed", -1).said == {}
