"""What agents read of the tools, word for word; the schema of answers is kept beside the others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from advisor.loading.knowledge import load
from advisor.mcp.arguments import schema
from advisor.mcp.tools import tools
from golden.keeping import hold


def test_the_tools(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVISOR_HOME", str(home))
    kept = {}
    for name, tool in tools(load()).items():
        taken = schema(tool.parameters, tool.required)
        if name == "recommend":
            taken["properties"]["answers"] = "..."
        told = {"title": tool.title, "description": tool.description}
        kept[name] = {**told, "takes": taken, "answers": dict(tool.answers)}
    hold("tools.json", json.dumps(kept, indent=2, ensure_ascii=False) + "\n")
