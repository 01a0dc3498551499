"""Where things lie."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from advisor import resources


def test_the_home_is_the_folder_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path))
    assert resources.home() == tmp_path


def test_else_it_is_where_the_platform_keeps_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ADVISOR_HOME", raising=False)
    assert resources.home() == platformdirs.user_data_path("framework-advisor", appauthor=False)


def test_the_folders_of_data_hold_what_they_should() -> None:
    assert (resources.rules() / "derive").is_dir()
    assert (resources.knowledge() / "vocabulary.yaml").is_file()
    assert (resources.probes() / "worker.py").is_file()
