"""How a run goes, in words: what is at work, how much time there is, what went wrong."""

from __future__ import annotations

from advisor.evidence.probing.plan import Progress


def left(seconds: float) -> str:
    """How much time there is at most: the budget is an end, not a forecast."""
    rest = max(0, round(seconds))
    return f"at most {rest} s left" if rest < 600 else f"at most {rest // 60} min left"


def doing(event: Progress) -> str:
    """What is at work since an event: a probe with its number, another process, or the frameworks are started."""
    if event.kind == "waiting":
        return f"waiting for {event.text}, which measures on this machine"
    if event.kind != "probe":
        return "starting the frameworks"
    return f"{event.number} of {event.of}: {event.probe}{' again' if event.text else ''}"


def done(event: Progress) -> float:
    """Which share of the probes was behind it when a probe began, from 0 to 1."""
    return (event.number - 1) / max(1, event.of) if event.kind == "probe" else 0.0


def process(event: Progress) -> str:
    """Which of several processes it is; empty where there is one."""
    return f", process {event.generation} of {event.generations}" if event.generations > 1 else ""


def mishap(event: Progress) -> str:
    """What went wrong; empty where nothing did."""
    if event.kind != "failed" and (event.kind != "started" or event.outcome == "ok"):
        return ""
    where = f" in {event.probe}" if event.probe else ""
    said = event.outcome.replace("_", " ")
    return f"{event.framework}/{event.variant}: {said}{where}: {event.text}".rstrip(": ")
