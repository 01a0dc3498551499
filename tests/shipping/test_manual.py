"""What helps at the prompt: the manual page, and the completion of commands."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli.program import Run

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "advisor.1"
COMPLETE = """
source "$1"
COMP_WORDS=($2 "$3") COMP_CWORD=$4 COMP_LINE="$2 $3" COMP_POINT=${#COMP_LINE}
_shtab_advisor advisor "$3"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.checkout
def test_the_manual_page_is_what_the_parser_says(tmp_path: Path) -> None:
    pytest.importorskip("argparse_manpage")
    program = f"import sys; sys.path.insert(0, {str(ROOT / 'tests')!r}); import manual; print(manual.page(), end='')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == PAGE.read_text(encoding="utf-8"), "python tests/manual.py writes it anew"


@pytest.mark.checkout
def test_nothing_is_wrong_with_the_manual_page() -> None:
    tools = (("groff", "-man", "-ww", "-Tutf8"), ("mandoc", "-T", "lint", "-W", "warning"))
    there = [tool for tool in tools if shutil.which(tool[0])]
    if not there:
        pytest.skip("neither groff nor mandoc is installed")
    for tool in there:
        done = subprocess.run([*tool, str(PAGE)], capture_output=True, text=True, check=False)
        said = done.stderr if tool[0] == "groff" else done.stdout
        assert (done.returncode, said) == (0, ""), tool


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("advisor", "kno"), {"knowledge"}),
        (("advisor knowledge", "ex"), {"export"}),
        (("advisor recommend --format", "requ"), {"requirements"}),
        (("advisor recommend", "--no-d"), {"--no-detect"}),
        (("advisor env create --with", ""), {"auto", "pip", "uv"}),
    ],
)
def test_bash_offers_commands_options_and_words(
    run: Run, tmp_path: Path, words: tuple[str, str], offered: set[str]
) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    script = tmp_path / "advisor.bash"
    assert run("completion", "bash", "--output", script).exit == 0
    before, begun = words
    command = [bash, "--norc", "-c", COMPLETE, "bash", str(script), before, begun, str(len(before.split()))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert set(done.stdout.split()) == offered, done.stderr


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_read_what_is_written_for_them(run: Run, tmp_path: Path, shell: str) -> None:
    ran = run("completion", shell)
    assert (ran.exit, ran.stderr) == (0, "")
    assert "knowledge" in ran.stdout
    found = shutil.which(shell)
    if found is None:
        return
    script = tmp_path / "script"
    script.write_text(ran.stdout, encoding="utf-8")
    assert subprocess.run([found, "-n", str(script)], capture_output=True, check=False).returncode == 0
