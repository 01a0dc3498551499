"""Everything is on the screen, whatever its size, and nothing runs out of its place."""

from __future__ import annotations

import pytest
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static

from advisor.inquiry.interview import Interview, askable
from advisor.tui.widgets.choices import Choices
from advisor.tui.widgets.key_line import KeyLine
from tui.stories import LARGE, SMALL, Told, session, tell

BEGUN = Interview(
    {"domain": "medical_imaging", "task": "train", "train_hw": "nvidia_gpu", "needs": ("bitwise_reproducibility",)}
)
KEYS = {
    "question": (),
    "question of several words": (),
    "number": (),
    "verdict": ("ctrl+n",),
    "scores": ("ctrl+n", "2"),
    "change": ("ctrl+n", "3"),
    "sources": ("ctrl+n", "4"),
    "evidence": ("ctrl+n", "2", "enter"),
    "help": ("f1",),
    "save": ("ctrl+s",),
}
AT = {"question of several words": "constraints", "number": "latency_ms"}


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "160x48"])
@pytest.mark.parametrize("shown", KEYS)
def test_every_part_of_a_screen_lies_within_it(shown: str, size: tuple[int, int]) -> None:
    async def story(told: Told) -> None:
        if shown in AT:
            told.app.go_to(AT[shown])
        await told.press(*KEYS[shown])
        await told.pilot.pause()
        screen = told.app.screen
        for widget in screen.query("*"):
            # What lies in a part that scrolls is reached by scrolling.
            if widget.is_on_screen and not scrolled(widget):
                assert screen.region.contains_region(widget.region), widget
                assert widget.region.area > 0 or not widget.display, widget
        assert len(told.lines) == size[1]
        assert all(len(line) <= size[0] for line in told.lines)

    tell(story, size=size, begun=BEGUN)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "160x48"])
def test_question_standing_and_answers_are_all_seen_at_once(size: tuple[int, int]) -> None:
    async def story(told: Told) -> None:
        seen = "\n".join(told.lines)
        for words in ("Standing", "Your answers", "Every answer moves this.", "don't know", "type to filter"):
            assert words in seen
        standing = told.app.screen.query_one("#standing", OptionList)
        assert standing.option_count <= standing.scrollable_content_region.height
        assert told.app.screen.query_one("#choices").region.height >= 8
        assert told.app.screen.query_one("#trail").region.height >= 4
        assert all(f" {word} " in f"{told.lines[-1]} " for word in ("Back", "Verdict", "Save", "Help"))

    tell(story, size=size, begun=BEGUN)


@pytest.mark.parametrize("shown", ["verdict", "scores", "change", "sources", "evidence"])
def test_text_written_for_eighty_columns_is_not_folded_again(shown: str) -> None:
    async def story(told: Told) -> None:
        await told.press(*KEYS[shown])
        for text in told.app.screen.query(Static).results(Static):
            if text.is_on_screen and scrolled(text):
                lines = str(text.render()).splitlines()
                addresses = [line for line in lines if len(line) > SMALL[0]]
                assert all("://" in line for line in addresses)
                assert text.region.height <= len(lines) + len(addresses)

    tell(story, begun=BEGUN)


def test_a_screen_that_is_resized_again_and_again_stays_whole() -> None:
    async def story(told: Told) -> None:
        for size in ((200, 50), (40, 10), (1, 1), (80, 24), (20, 60), (300, 5), SMALL):
            await told.pilot.resize_terminal(*size)
            await told.pilot.pause()
        assert "Standing" in "\n".join(told.lines)
        assert told.app.screen.query_one(KeyLine).region.bottom == SMALL[1]

    tell(story, begun=BEGUN)


def test_where_a_word_leads_is_seen_whole_beside_the_longest_words() -> None:
    async def story(told: Told) -> None:
        seen = {}
        for attribute in askable(session().base.vocabulary):
            told.app.go_to(attribute.name)
            await told.settle()
            choices = told.app.screen.query_one(Choices)
            asked = choices._asked
            assert asked is not None
            room = choices.scrollable_content_region.width
            for word, leader in asked.leads_to.items():
                row = choices.get_option(word).prompt
                assert isinstance(row, Content)
                assert row.cell_length <= room
                assert row.plain.endswith(f"  → {leader.replace('_', ' ')}")
                seen[word] = row.cell_length == room
        assert any(seen.values())

    tell(story, begun=Interview({"domain": "scientific_ml"}))


@pytest.mark.parametrize("asked_for", [False, True])
def test_colour_can_be_declined(asked_for: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    monkeypatch.delenv("NO_COLOR", raising=False)
    if not asked_for:
        monkeypatch.setenv("NO_COLOR", "1")
    assert bool(colours(tell(nothing))) == asked_for


def scrolled(widget: Widget) -> bool:
    return any(getattr(above, "max_scroll_y", 0) or "TextPane" in above.css_identifier for above in widget.ancestors)


def colours(told: Told) -> set[tuple[int, ...]]:
    """What was seen last in another colour than a grey."""
    styles = [segment.style for strip in told.strips for segment in strip if segment.style]
    found = {tuple(c.triplet) for style in styles for c in (style.color, style.bgcolor) if c and c.triplet}
    return {triplet for triplet in found if len({*triplet}) > 1}


async def nothing(told: Told) -> None:
    await told.press("down")
    told.look()
