"""How many questions it takes until the first is the one that all answers together would bring about.

Run it by hand:

    python tests/benchmarks/interview.py

Each gold case, and each situation of `tests/cases/field`, is answered one question at a time, from nothing. What is
worth most is asked for and answered from what the case says; what it does not say stays open, and is not asked for
again. It prints of every case whose first does not come about what is missing, then of all of them the median and the
worst tenth of the questions until the first is for good the one of all answers, and of the questions until asking ends,
and how long a question was looked for. The bars, over the gold cases: at most 6 questions in the median and 12 at the
90th percentile, each found in less than 100 ms. Ends with status 1 where one of them is missed.
"""

from __future__ import annotations

import gc
import math
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "tests")]

from cases.interviewing import Interview, at, field, gold, interview  # noqa: E402  (found by the line above)

from advisor.model.answers import Answers  # noqa: E402

BARS = {0.5: 6, 0.9: 12}
SLOWEST_MS = 100


def missing(known: Answers, held: Interview) -> str:
    """What an interview did not come to, and what was not said in it."""
    unsaid = ", ".join(f"{key}: {answer}" for key, answer in known.items() if key not in held.asked)
    told = f"{held.firsts[-1]} instead of {held.wanted} after {len(held.asked)} questions"
    cause = "no question asks for what decides" if held.firsts[-1] == held.askable else "asking ended too soon"
    return f"{told}, {cause}; not said: {unsaid}"


def report(name: str, cases: dict[str, Answers]) -> bool:
    """Interview, print what came of it, and whether the bars are met."""
    held = {case: interview(known) for case, known in cases.items()}
    for case, each in held.items():
        if math.isinf(each.settled):
            print(f"{case}: {missing(cases[case], each)}")
    settled, ended = [each.settled for each in held.values()], [len(each.asked) for each in held.values()]
    took = [1000 * seconds for each in held.values() for seconds in each.took_s]
    print(
        f"{name}, {len(held)} cases: the first is for good that of all answers after {at(0.5, settled):.0f} questions "
        f"in the median and {at(0.9, settled):.0f} at the 90th percentile, never in {sum(map(math.isinf, settled))}; "
        f"asking ends after {at(0.5, ended):.0f}, {at(0.9, ended):.0f} and at most {max(ended)}; a question is found "
        f"in {at(0.5, took):.0f} ms in the median and {max(took):.0f} ms at most",
        flush=True,
    )
    return all(at(share, settled) <= bar for share, bar in BARS.items()) and max(took) < SLOWEST_MS


if __name__ == "__main__":
    gc.disable()  # As in the program while it answers.
    interview({})  # Compiles the rules.
    met = report("gold", gold())
    report("field", field())
    sys.exit(0 if met else 1)
