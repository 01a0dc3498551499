"""Pages as a browser shows them: nothing that keeps anybody from reading, nothing loaded, nothing complained of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from pages.samples import NAMES

pytestmark = pytest.mark.slow

Size = tuple[int, int]
LAPTOP: Size = (1366, 768)
PHONE: Size = (390, 844)
WAYS: Mapping[str, tuple[Size, Literal["light", "dark"], Literal["screen", "print"]]] = {
    "light": (LAPTOP, "light", "screen"),
    "dark": (LAPTOP, "dark", "screen"),
    "phone": (PHONE, "light", "screen"),
    "print": ((794, 1123), "light", "print"),
}
LOOKED_AT = [
    *((name, "light") for name in NAMES),
    *((name, way) for name in ("statuses/tie.html", "measured", "portfolio") for way in ("dark", "phone", "print")),
]
"""Every page by daylight; in the other ways those that have a part of each kind."""
BRIEF = {"resultTypes": ["violations"]}


@contextmanager
def opened(browser: Browser, file: Path, way: str) -> Iterator[tuple[Page, list[str]]]:
    """The page, with what the browser said and asked for while it was open."""
    (width, height), scheme, media = WAYS[way]
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    noticed: list[str] = []
    page.on("console", lambda message: noticed.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: noticed.append(f"error: {error}"))
    page.on("request", lambda request: noticed.append(f"request: {request.url}"))
    try:
        page.emulate_media(media=media, color_scheme=scheme)
        page.goto(file.as_uri())
        yield page, noticed
    finally:
        page.close()


@pytest.mark.parametrize(("name", "way"), LOOKED_AT)
def test_nothing_keeps_anybody_from_reading(browser: Browser, files: dict[str, Path], name: str, way: str) -> None:
    with opened(browser, files[name], way) as (page, noticed):
        assert noticed == [f"request: {files[name].as_uri()}"]
        found: list[dict[str, Any]] = Axe().run(page, options=BRIEF).response["violations"]
        grave = [
            (violation["id"], violation["help"], [node["html"] for node in violation["nodes"]][:3])
            for violation in found
            if violation["impact"] in ("serious", "critical")
        ]
        assert grave == []
        # Whatever axe does is not the page's doing, but asking for something would be.
        assert [said for said in noticed[1:] if said.startswith("request")] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_phone_scrolls_a_page_in_one_direction_only(browser: Browser, files: dict[str, Path], name: str) -> None:
    with opened(browser, files[name], "phone") as (page, _):
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_verdict_and_stack_are_on_the_first_screen_of_a_laptop(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["document_understanding.html"], "light") as (page, _):
        stack = page.locator("section[aria-label='The stack']").bounding_box()
        assert stack is not None
        assert stack["y"] + stack["height"] < LAPTOP[1]


@pytest.mark.parametrize("name", ["document_understanding.html", "measured", "statuses/tie.html"])
def test_the_first_printed_page_holds_the_summary_and_no_more(
    browser: Browser, files: dict[str, Path], name: str
) -> None:
    with opened(browser, files[name], "print") as (page, _):
        # An A4 page without its margins.
        page.set_viewport_size({"width": 673, "height": 1002})
        first = page.locator("section[aria-label='Summary']").bounding_box()
        assert first is not None
        assert first["y"] + first["height"] < 1002
        assert page.locator(".rest").first.evaluate("each => getComputedStyle(each).breakBefore") == "page"


@pytest.mark.parametrize("name", NAMES)
def test_every_link_within_a_page_leads_somewhere(browser: Browser, files: dict[str, Path], name: str) -> None:
    with opened(browser, files[name], "light") as (page, _):
        dangling = page.evaluate(
            "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.getAttribute('href').slice(1))"
            ".filter(id => !document.getElementById(id))"
        )
        assert dangling == []
