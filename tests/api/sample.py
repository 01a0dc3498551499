"""What a program that uses the package may look like: it is type-checked as strictly as can be, and run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import advisor

ANSWERS: Mapping[str, object] = {"domain": "llm", "task": "finetune", "train_hw": "nvidia_gpu", "train_os": "linux"}


def verdict(answers: Mapping[str, object] | Path) -> str:
    recommendation: advisor.Recommendation = advisor.recommend(answers, options=["pytorch", "jax"], depth="core")
    parts = [part.component for part in recommendation.recommendation.stack]
    return f"{recommendation.status}: {recommendation.recommendation.primary} with {', '.join(parts)}"


def reasons(knowledge: advisor.Knowledge) -> list[str]:
    why: advisor.Explanation = knowledge.explain(ANSWERS, "why-not", "jax")
    changed = knowledge.explain(ANSWERS, "what-if", {"train_hw": "google_tpu"}, as_of="2026-11-22")
    return [why.text, changed.text]


def ask(knowledge: advisor.Knowledge) -> str:
    asked: advisor.Asked | None = knowledge.next_question(ANSWERS)
    return asked.attribute.name if asked is not None else "nothing"


def ahead(knowledge: advisor.Knowledge) -> str:
    compared: advisor.Comparison = knowledge.compare(ANSWERS, ("jax", "pytorch"))
    return max(compared.criteria, key=lambda one: one.apart).title


def mistakes() -> list[str]:
    try:
        advisor.recommend({"domian": "llm"})
    except advisor.AdvisorError as error:
        return [problem.hint for problem in error.problems]
    return []


def main() -> None:
    knowledge = advisor.Knowledge()
    said = [verdict(ANSWERS), *reasons(knowledge), ask(knowledge), ahead(knowledge), *mistakes()]
    document: dict[str, object] = json.loads(advisor.rendered(knowledge.recommend(ANSWERS), "json"))
    facts = knowledge.facts["jax.export"].source.ref
    print(json.dumps([*said, document["status"], facts, knowledge.rules["STK-012"].title]))


if __name__ == "__main__":
    main()
