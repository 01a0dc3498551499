"""The rounds of one probe: in each, every variant and the canary run one block, in a new random order."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping

from advisor.evidence.stability import CANARY_SIZES, FEWEST, LOOKS, Block, CanaryBlock, decided, undisturbed
from advisor.evidence.workers import Answer, Worker
from advisor.frozen import dataclass, field


@dataclass(slots=True, kw_only=True)
class Rounds:
    """What the rounds of one probe gave. Every variant that is in `blocks` has one block for each round."""

    blocks: dict[str, list[Block]]
    canary: list[CanaryBlock] = field(default_factory=list)
    lost: dict[str, Answer] = field(default_factory=dict)
    """Variants whose worker failed on the way, with why."""


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

    def run(self, found: Rounds) -> None:
        """Add rounds until every pair is decided, or the last look or the cap is reached."""
        end = time.monotonic() + self.cap_s
        for number in range(1, LOOKS[-1] + 1):
            self._round(found)
            now = time.monotonic()
            if not found.blocks or (now > end and number >= FEWEST) or now > end + self.cap_s:
                break
            if number in LOOKS and self._decided(found):
                break

    def _round(self, found: Rounds) -> None:
        names = [*found.blocks, ""]
        self.order.shuffle(names)
        for name in names:
            if not name:
                self._canary(found)
                continue
            answer = self.entrants[name].ask(self.limit_s, do="measure", probe=self.probe)
            if answer.outcome == "ok":
                found.blocks[name].append(_block(answer))
            else:
                found.lost[name] = answer
                del found.blocks[name]

    def _canary(self, found: Rounds) -> None:
        """Run both of the canary's probes; where one fails, the round goes without."""
        if not self.canary:
            return
        gemm, stream = (self.canary.ask(self.limit_s, do="measure", probe=probe) for probe in CANARY_SIZES)
        if gemm.outcome == stream.outcome == "ok":
            product, passes = _block(gemm), _block(stream)
            busy = product.cpu_s / product.wall_s
            found.canary.append(
                CanaryBlock(gemm_s=product.wall_s, stream_s=passes.wall_s, busy=busy, clean=product.clean)
            )

    def _decided(self, found: Rounds) -> bool:
        kinds = {self.groups[name] for name in found.blocks}
        return all(decided({n: b for n, b in found.blocks.items() if self.groups[n] == kind}) for kind in kinds)


def _block(answer: Answer) -> Block:
    values, n = answer.values, answer.values["iterations"]
    wall_s = max(values["wall_s"], 1e-9)
    return Block(
        wall_s=wall_s / n,
        cpu_s=values["cpu_s"] / n,
        compilations=values["compilations"],
        clean=undisturbed(wall_s, values),
    )
