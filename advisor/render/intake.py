"""What the files of a project say: as text, as JSON, and as a file of answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.loading.answers_writer import written_value
from advisor.loading.problems import printable
from advisor.loading.structure import plain
from advisor.model.project import Candidate, Part, Place, Reading, Survey
from advisor.render.json import written
from advisor.render.lines import entry, text, wrapped
from advisor.render.summary import in_words

_WIDEST = 24
"""Of an answer that others are aligned with."""


def as_json(found: Survey) -> str:
    """One JSON document."""
    return written(plain(found))


def as_text(found: Survey) -> str:
    """Which projects there are, and what the files of the one that is meant say."""
    return text(_lines(found))


def as_answers(part: Part) -> str:
    """A file that `recommend --answers` reads: what is sure enough as answers, the rest and the sources as comments."""
    lines = ["# Answers read from a project; what is a hint or contradictory is left open, as a comment."]
    for reading in part.readings:
        lines += ["", *(f"# {said}" for said in _sources(reading))]
        settled = reading.answer is not None and reading.sure != "hint"
        said = f"{reading.key}: {written_value(reading.answer if settled else None)}"
        lines.append(said if settled else f"# {said}")
    return "".join(f"{printable(line)}\n" for line in lines)


def _lines(found: Survey) -> Iterator[str]:
    if len(found.parts) != 1:
        yield from ("Projects", "") if found.parts else ()
        for one in found.parts:
            yield from wrapped(_in_short(one, found), 2, 4)
        yield from ("",) if found.parts else ()
    part = found.part
    if part is None:
        yield from wrapped(f"{found.why[:1].upper()}{found.why[1:]}.", 0, 0)
    else:
        named = f" ({part.name})" if part.name else ""
        yield from wrapped(f"{part.path}{named}, {found.why}", 0, 2)
        yield from _told(part)
    yield ""
    yield from wrapped(f"{found.files} files, of which {found.read} were read; nothing was run.", 0, 0)
    for left in found.left_out:
        yield from wrapped(f"Left out: {left}.", 0, 2)


def _in_short(part: Part, found: Survey) -> str:
    """A project in a line: what it is built on, and where it runs."""
    told = {reading.key: reading for reading in part.readings if reading.sure != "hint"}
    said = [
        in_words(told[key].answer) if told[key].answer is not None else f"{key} open"
        for key in ("existing_code", "domain", "task", "deploy_target", "python_version")
        if key in told
    ]
    mark = " <- meant" if part.path == found.meant and len(found.parts) > 1 else ""
    return f"{part.path}: {', '.join(said) or 'nothing that bears on a framework'}{mark}"


def _told(part: Part) -> Iterator[str]:
    yield from ("", "Answers", "")
    yield from (
        _table([(r.key, *_answer(r), _where(r.candidates)) for r in part.readings])
        if part.readings
        else ("  Nothing that bears on a framework was found.",)
    )
    opened = [reading for reading in part.readings if reading.answer is None]
    if opened:
        yield from ("", "Contradictory, and left open", "")
        for reading in opened:
            for candidate in reading.candidates:
                yield from wrapped(f"{reading.key}: {_candidate(candidate)}", 2, 4)
    reasons = [reading for reading in part.readings if reading.answer is not None]
    if reasons:
        yield from ("", "Why", "")
        for reading in reasons:
            for candidate in reading.candidates:
                yield from wrapped(f"{reading.key}: {_candidate(candidate)}", 2, 4)
    if part.uses:
        yield from ("", "In use", "")
        for use in part.uses:
            yield from wrapped(f"{' '.join((use.part, *use.versions))} ({use.sure}): {_places(use.where)}", 2, 4)
    yield from ("", *entry("Python", " and ".join(part.python))) if part.python else ()


def _answer(reading: Reading) -> tuple[str, str]:
    """The answer and how sure it is."""
    if reading.answer is not None:
        return in_words(reading.answer), reading.sure
    return "(open)", "hints alone" if reading.sure == "hint" else "contradictory"


def _candidate(candidate: Candidate) -> str:
    why = "; ".join(candidate.why)
    more = candidate.seen - len(candidate.where)
    beyond = f" and {more} more" if more > 0 else ""
    return f"{in_words(candidate.answer)} ({candidate.sure}): {why} [{_places(candidate.where)}{beyond}]"


def _where(candidates: Sequence[Candidate]) -> str:
    places = [candidate.where[0] for candidate in candidates if candidate.where]
    return ", ".join(map(str, places[:2])) + (", ..." if len(places) > 2 else "")


def _places(places: Sequence[Place]) -> str:
    return ", ".join(map(str, places))


def _sources(reading: Reading) -> Iterator[str]:
    for candidate in reading.candidates:
        yield _candidate(candidate)


def _table(rows: Sequence[tuple[str, str, str, str]]) -> Iterator[str]:
    """Rows in columns; what does not fit beside the others goes on below."""
    widths = [max(len(row[column]) for row in rows) for column in (0, 1, 2)]
    widths[1] = min(widths[1], _WIDEST)
    for key, answer, sure, where in rows:
        head = f"  {key:{widths[0]}}  {answer:{widths[1]}}  {sure:{widths[2]}}  "
        yield from wrapped(f"{head.strip()}  {where}", 2, 4) if len(head) + len(where) > 80 else (f"{head}{where}",)
