"""The rounds of one probe: in each, every variant and the canary run one block, in a new random order."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Collection, Mapping, Sequence

from advisor.evidence.probing.canary import SIZES, CanaryBlock
from advisor.evidence.probing.nvml import Card
from advisor.evidence.probing.stability import FEWEST, LOOKS, Block, Clock, differences, standing, undisturbed
from advisor.evidence.probing.workers import Answer, Worker
from advisor.frozen import dataclass, field, replace

BEHIND = math.log(5)
"""Who takes so many times as long as another, in every round, is not chosen for its speed."""
GRACE_S = 3.0
"""Beyond the cap, in which the fewest rounds that tell anything may still be completed."""
SOONEST = 2
"""Rounds after which who is far behind and would take all of the time is timed no more; one, if it took all of it."""
LONG_S = 0.05
"""Of an iteration: what is shorter costs little to time again."""


@dataclass(slots=True, kw_only=True)
class Rounds:
    """What the rounds of one probe gave.

    Every variant that is in `blocks` has one block for each round, those behind for each of the first.
    """

    blocks: dict[str, list[Block]]
    canary: list[CanaryBlock] = field(default_factory=list)
    lost: dict[str, Answer] = field(default_factory=dict)
    """Variants whose worker failed on the way, with why."""
    behind: set[str] = field(default_factory=set)
    """Variants that are timed no more, since they are far behind and take most of the time."""
    stopped: str = ""
    """Why there were no more: a word of `ProbeResult.stopped`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """One probe, ready in every worker that takes part."""

    probe: str
    entrants: Mapping[str, Worker]
    groups: Mapping[str, str]
    """Variant to the kind of device it runs on: pairs are formed within a group."""
    canary: Worker | None
    cap_s: float
    """Seconds for all rounds."""
    limit_s: float
    """Seconds for one block."""
    order: random.Random
    clock: Clock = "wall_s"
    """By which variants on the processor are compared."""
    card: Card | None = None
    """What is asked, after each block on an accelerator, whether it could work undisturbed."""
    own: Collection[int] = ()
    """Every process of this run: one that is stopped stays on the card."""

    def run(self, found: Rounds) -> None:
        """Add rounds until every pair is decided or cannot be, or the last look or the cap is reached."""
        end = time.monotonic() + self.cap_s
        for number in range(1, LOOKS[-1] + 1):
            self._round(found)
            now = time.monotonic()
            if number >= SOONEST or now > end:
                retired = {name for name in found.blocks if self._retires(name, found.blocks, number)} - found.behind
                found.behind |= retired
                # The time that they took is not taken from the others.
                end += sum(block.wall_s for name in retired for block in found.blocks[name])
            if not found.blocks or (now > end and number >= FEWEST) or now > end + max(self.cap_s, GRACE_S):
                found.stopped = "time"
                return
            if number in LOOKS:
                found.stopped = self._standing(found)
                if found.stopped != "open":
                    return
        found.stopped = "rounds"

    def _round(self, found: Rounds) -> None:
        names = [*(name for name in found.blocks if name not in found.behind), ""]
        self.order.shuffle(names)
        for name in names:
            if not name:
                self._canary(found)
                continue
            answer = self.entrants[name].ask(self.limit_s, do="measure", probe=self.probe)
            if answer.outcome == "ok":
                found.blocks[name].append(self._watched(name, _block(answer)))
            else:
                found.lost[name] = answer
                del found.blocks[name]

    def _retires(self, name: str, blocks: Mapping[str, Sequence[Block]], number: int) -> bool:
        """Tell whether a variant is timed no more: it has rounds enough, or those would take all the time."""
        outlasts = blocks[name][-1].wall_s * FEWEST > self.cap_s / 2
        return (number >= FEWEST or outlasts) and self._far_behind(name, blocks)

    def _far_behind(self, name: str, blocks: Mapping[str, Sequence[Block]]) -> bool:
        """Tell whether a variant is known to be much slower than another, so that more rounds of it tell nothing."""
        mine = blocks[name]
        clock = self.clock if self.groups[name] == "cpu" else "wall_s"
        rivals = [other for rival, other in blocks.items() if rival != name and self.groups[rival] == self.groups[name]]
        long = mine[-1].wall_s > LONG_S
        return long and any(min(differences(mine, other, clock)) > BEHIND for other in rivals)

    def _watched(self, name: str, block: Block) -> Block:
        if self.card is None or self.groups[name] == "cpu":
            return block
        state = self.card.state()
        strangers = state.strangers(self.own)
        return replace(block, slowed=state.slowed, shared=bool(strangers), clean=block.clean and not strangers)

    def _canary(self, found: Rounds) -> None:
        """Run both of the canary's probes; where one fails, the round goes without."""
        if not self.canary:
            return
        gemm, stream = (self.canary.ask(self.limit_s, do="measure", probe=probe) for probe in SIZES)
        if gemm.outcome == stream.outcome == "ok":
            product, passes = _block(gemm), _block(stream)
            busy = product.cpu_s / product.wall_s
            found.canary.append(
                CanaryBlock(gemm_s=product.wall_s, stream_s=passes.wall_s, busy=busy, clean=product.clean)
            )

    def _standing(self, found: Rounds) -> str:
        words = set()
        for kind in {self.groups[name] for name in found.blocks}:
            group = {name: blocks for name, blocks in found.blocks.items() if self.groups[name] == kind}
            words.add(standing(group, self.clock if kind == "cpu" else "wall_s"))
        return next(word for word in ("open", "stable", "resolved", "equivalent") if word in words)


def _block(answer: Answer) -> Block:
    values, n = answer.values, answer.values["iterations"]
    wall_s = max(values["wall_s"], 1e-9)
    return Block(
        wall_s=wall_s / n,
        cpu_s=max(values["cpu_s"], 1e-9) / n,
        compilations=values["compilations"],
        clean=undisturbed(wall_s, values),
        busy_threads=values.get("busy_threads", 0),
        slowed=bool(values.get("throttled")),
        delayed=values.get("delayed_s", 0.0) / wall_s,
        stalled=values.get("stalled_s", 0.0) / wall_s,
    )
