"""The rounds of one probe: in each, every variant and the canary run one block, in a new random order."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from advisor.evidence.stability import CANARY_SIZES, FEWEST, LOOKS, SPELL_S, Block, CanaryBlock, decided
from advisor.evidence.workers import Answer, Worker


@dataclass(slots=True, kw_only=True)
class Rounds:
    """What the rounds of one probe gave. Every variant that is in `blocks` has one block for each round."""

    blocks: dict[str, list[Block]] = field(default_factory=dict)
    canary: list[CanaryBlock] = field(default_factory=list)
    lost: dict[str, Answer] = field(default_factory=dict)
    """Variants whose worker failed on the way, with why."""


def contest(  # noqa: PLR0913 - one argument for each thing a round needs
    probe: str,
    entrants: Mapping[str, Worker],
    groups: Mapping[str, str],
    canary: Worker | None,
    *,
    cap_s: float,
    limit_s: float,
    order: random.Random,
) -> Rounds:
    """Run rounds until every pair within a group is decided, or the last look or the cap in seconds is reached."""
    found, end = Rounds(blocks={name: [] for name in entrants}), time.monotonic() + cap_s
    for number in range(1, LOOKS[-1] + 1):
        _round(probe, entrants, canary, found, limit_s, order)
        late = time.monotonic() > end
        if not found.blocks or (late and number >= FEWEST) or (number in LOOKS and _decided(found, groups)):
            break
        if time.monotonic() > end + cap_s:
            break
    return found


def _round(
    probe: str,
    entrants: Mapping[str, Worker],
    canary: Worker | None,
    found: Rounds,
    limit_s: float,
    order: random.Random,
) -> None:
    names = [*found.blocks, *(["canary"] if canary else [])]
    order.shuffle(names)
    for name in names:
        if name == "canary" and canary:
            _run_canary(canary, found, limit_s)
            continue
        answer = entrants[name].ask(limit_s, do="measure", probe=probe)
        if answer.outcome == "ok":
            found.blocks[name].append(_block(answer))
        else:
            found.lost[name] = answer
            del found.blocks[name]


def _run_canary(canary: Worker, found: Rounds, limit_s: float) -> None:
    """Run both of the canary's probes; one that fails costs only this round's."""
    gemm, stream = (canary.ask(limit_s, do="measure", probe=probe) for probe in CANARY_SIZES)
    if gemm.outcome == stream.outcome == "ok":
        product = _block(gemm)
        busy = product.cpu_s / product.wall_s
        found.canary.append(
            CanaryBlock(gemm_s=product.wall_s, stream_s=_block(stream).wall_s, busy=busy, clean=product.clean)
        )


def _block(answer: Answer) -> Block:
    values, n = answer.values, answer.values["iterations"]
    wall_s = max(values["wall_s"], 1e-9)
    return Block(
        wall_s=wall_s / n,
        cpu_s=values["cpu_s"] / n,
        compilations=values["compilations"],
        clean=values.get("involuntary", 0) <= int(wall_s / SPELL_S) and not values.get("stolen", 0),
    )


def _decided(found: Rounds, groups: Mapping[str, str]) -> bool:
    kinds = {groups[name] for name in found.blocks}
    return all(decided({n: blocks for n, blocks in found.blocks.items() if groups[n] == kind}) for kind in kinds)
