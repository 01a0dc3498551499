"""One framework for three kinds of machine that are made up, word for word in every format."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cli.program import Run, too_wide
from kinds.made_up import fleet

from golden.keeping import hold

ASKED = ("--set", "domain=llm", "--set", "task=finetune", "--set", "here=train", "--as-of", "2026-11-29")
KEPT = {"text": "txt", "markdown": "md", "adr": "adr.md", "html": "html"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fleet(tmp_path_factory.mktemp("fleet"))


@pytest.mark.parametrize("form", KEPT)
def test_a_decision_for_many_kinds_of_machine(run: Run, folder: Path, form: str) -> None:
    ran = run("recommend", *ASKED, "--fleet", folder, "--format", form)
    assert (ran.exit, ran.stderr) == (0, "")
    hold(f"fleet.{KEPT[form]}", re.sub(r"sha256:[0-9a-f]+", "sha256:...", ran.stdout))


def test_the_same_for_programs(run: Run, folder: Path) -> None:
    document = run("recommend", *ASKED, "--fleet", folder, "--json").document
    for kind in document["kinds"]:
        # What is recommended on one machine is held elsewhere.
        kind["recommendation"] = kind["recommendation"]["recommendation"]["primary"]
    document["knowledge"] = document["rules"] = "..."
    hold("fleet.json", json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def test_it_fits_a_terminal(run: Run, folder: Path) -> None:
    assert too_wide(run("recommend", *ASKED, "--fleet", folder).stdout) == []
    detail = run("recommend", *ASKED, "--fleet", folder, "--detail").stdout
    assert too_wide(detail) == []
    assert detail.count("Values by criterion") == 3
