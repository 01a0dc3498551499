"""What can be said on the command line."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NoReturn, get_args

import advisor
from advisor.errors import InputError, Problem
from advisor.model.memory import Recompute, Sharding, Way
from advisor.model.rule import PLACES, Phase

_EPILOG = (
    "Exit status: 0 an answer, 2 bad usage or input, 3 a bug, 4 no answer (status says why), 7 an enforced policy is "
    "violated, 130 interrupted."
)
_EPILOG_OF_ALL = _EPILOG.replace("7 an", "5 the recommendation has changed (check), 6 something has expired, 7 an")
_DECISION = "advisor.lock.json"
"""What a decision file is called where no other name is given."""
_SCHEMAS = (
    "answers",
    "recommendation",
    "explanation",
    "measurements",
    "portfolio",
    "intake",
    "policy",
    "decision",
    "check",
    "diff",
)
_POLICY = "an organisation's own rules and weights, in YAML"
_EPILOGS = {
    "check": "Exit status: 0 it still holds, 7 a policy is violated, 5 the recommendation has changed, 6 evidence has "
    "expired or a component has reached its end of life (of several the first here), 2 the file cannot be used.",
    "diff": "Exit status: 0 the same verdict, 5 another one, 2 a file cannot be used.",
}
_MOST_JOBS = 60
"""So many processes can be waited for at once on every system."""
_MOST_THREADS = 1024
_MOST_GENERATIONS = 20
_LAST_PORT = 65535
_MOST_TENSOR, _MOST_HEADS = 1024, 4096
_MOST_NODES, _MOST_MINUTES = 100_000, 10_080
_MOST_DIGITS = 9
"""Of a count, a seed or a number of days: far more than makes sense, and no strain."""


Fill = Callable[[argparse.ArgumentParser], None]
"""Adds the arguments of a command."""


def _unmeasured(prog: str) -> argparse.HelpFormatter:
    """Enough to check arguments: how wide the terminal is only help has to know, and what finds out takes its time."""
    return argparse.HelpFormatter(prog, width=80)


class _Parser(argparse.ArgumentParser):
    """Reports a mistake in usage like every other mistake of a user.

    The arguments of a command are added by `fill` when the command is called or its help is asked for: most of them are
    none of a start's business.
    """

    def __init__(
        self, *args: Any, fill: Callable[[argparse.ArgumentParser], None] | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **{"formatter_class": _unmeasured, **options})
        self._fill = fill

    def error(self, message: str) -> NoReturn:
        """Raise instead of exiting, so that there is one door for errors."""
        command = self.prog.partition(" ")[2]
        raise InputError(Problem(message=f"{message}.", place=command, hint=f"See `{self.prog} --help`."))

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, with all arguments there."""
        self.fill()
        return super().parse_known_args(args, namespace)

    def format_help(self) -> str:
        """The help, with all arguments in it."""
        self.fill()
        self.formatter_class = argparse.HelpFormatter
        return super().format_help()

    def format_usage(self) -> str:
        """The usage, with all arguments in it."""
        self.fill()
        self.formatter_class = argparse.HelpFormatter
        return super().format_usage()

    def fill(self) -> None:
        """Add the arguments, unless they are there."""
        fill, self._fill = self._fill, None
        if fill is not None:
            fill(self)


def build() -> argparse.ArgumentParser:
    """The parser of every command; the parsed arguments carry its name in `command`."""
    parser = _Parser(prog="advisor", description=advisor.__doc__, epilog=_EPILOG_OF_ALL)
    parser.add_argument("--version", action="version", version=f"advisor {advisor.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    about = "one recommendation, or a batch"
    commands.add_parser("recommend", help=about, description=_sentence(about), epilog=_EPILOG, fill=_recommend)
    explained = {
        "why": ("OPTION", "what puts an option or a component where it stands", ", down to facts and answers"),
        "why-not": ("OPTION", "what keeps an option or a component out, and the smallest change that would not", ""),
        "how": ("FINDING", "how a finding came about", ", or what stands in the way of a rule that did not fire"),
        "what-if": ("KEY=VALUE", "what other answers would change", ": old beside new, with what is behind it"),
    }
    for name, (subject, about, more) in explained.items():
        told = f"{_sentence(about + more)} The answers are given as for `recommend`."
        commands.add_parser(name, help=about, description=told, fill=partial(_explain, about=subject))
    for name, about, fill in (
        ("check", "does a decision that was kept still hold?", _check),
        ("diff", "two decisions beside each other", _diff),
        ("decide", "note what was chosen in the end, and how it went", _decide),
    ):
        commands.add_parser(name, help=about, description=_sentence(about), epilog=_EPILOGS.get(name), fill=fill)
    for name, about, fill in (
        ("portfolio", "many projects on one page, and what one framework for all would cost", _portfolio),
        ("intake", "what the files of a project say, read and never run, as answers", _intake),
        ("starter", "a first program in the recommended framework, or in one that is named", _starter),
        ("interview", "the questionnaire, on a terminal; `advisor` alone opens it too", _interview),
        ("serve", "the questionnaire in a browser", _serve),
        ("probe", "measure the frameworks that can be found, store and print the result", _probe),
        ("doctor", "what is detected here, what is broken and how to mend it", _doctor),
        ("knowledge", "what is known, whether it is sound, and whether it still holds", _knowledge),
        ("rules", "the rulebook, whether it is sound, and all of it as a document", _rules),
        ("policy", "an organisation's policy: does it hold together, and what does it leave", _policy),
        ("measurements", "what was measured: list, show, hand on, take in, forget", _measurements),
        ("env", "environments with a framework each: make, list, mend, remove", _env),
        ("hardware", "what is published of chips, side by side, and whether a model fits them", _hardware),
        ("fleet", "measure machines of a cluster: a job script that does so, one node of each kind", _fleet),
        ("paths", "where everything lies", _output),
        ("purge", "remove everything that was stored on this machine", _purge),
        ("completion", "print what completes commands and options in a shell", _completion),
        ("schema", "print a JSON Schema of what goes in or comes out", _schema),
        ("mcp", "serve agents over the Model Context Protocol, on standard input and output", _mcp),
    ):
        commands.add_parser(name, help=about, description=_sentence(about), fill=fill)
    return parser


def _sentence(about: str) -> str:
    return f"{about[0].upper()}{about[1:]}{'' if about.endswith('?') else '.'}"


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The parsed arguments; raises `InputError` where they make no sense."""
    return build().parse_args(arguments)


def every_parser() -> list[argparse.ArgumentParser]:
    """The parser, and that of each command in it, with all of their arguments: for whoever reads rather than parses."""
    found: list[argparse.ArgumentParser] = [build()]
    for parser in found:
        if isinstance(parser, _Parser):
            parser.fill()
        found += _subparsers(parser)
    return found


def _subparsers(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    actions = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001
    return [sub for action in actions for sub in action.choices.values()]


def _completion(parser: argparse.ArgumentParser) -> None:
    shells = ["bash", "zsh", "fish"]
    parser.add_argument("shell", choices=shells, metavar="SHELL", help=", ".join(shells))
    parser.add_argument("--output", metavar="FILE", help="write there instead of to standard output")


def _schema(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", choices=_SCHEMAS, metavar="NAME", help=", ".join(_SCHEMAS))


def _mcp(parser: argparse.ArgumentParser) -> None:
    root = "the folder that files may be read from (default: none is read)"
    parser.add_argument("--root", metavar="DIR", help=root)
    detect = "look at the machine for what answers leave open, and use what was measured on it"
    parser.add_argument("--detect", action="store_true", help=detect)
    _added(parser)


def _recommend(parser: argparse.ArgumentParser) -> None:
    given = parser.add_argument_group("answers")
    _answers(given)
    lines = 'JSON Lines of {"id": ..., "answers": {...}}; - reads standard input'
    given.add_argument("--batch", metavar="FILE", help=lines)
    jobs = "share a batch out among N processes, or as many as there are cores; the output is the same"
    given.add_argument("--jobs", metavar="N", nargs="?", const=_cores(), type=_up_to(_MOST_JOBS), help=jobs)
    _measuring(parser.add_argument_group("measurements"))
    _machine(given)
    parser.add_argument(
        "--probe",
        choices=["off", "stored", "auto", "run"],
        default="stored",
        help="use what was measured here before (default), nothing, what can change the answer, or measure anew",
    )
    parser.add_argument("--depth", choices=["core", "full"], help="full adds questions, flips and revivals")
    parser.add_argument(
        "--format",
        choices=["text", "detail", "json", "markdown", "adr", "html", "requirements", "uv"],
        help="adr is a decision record after MADR 4; requirements (for pip) and uv (a pyproject.toml) install the "
        "stack; --json is short for json, --detail for detail",
    )
    place = "with --format requirements or uv: the place to install for (default: the one that is here, else train)"
    parser.add_argument("--place", choices=PLACES, help=place)
    _output(parser)
    parser.add_argument("--detail", action="store_true", help="everything behind the summary")
    kept = parser.add_argument_group("decision")
    locked = f"keep the decision in a file too, for `advisor check` (default: {_DECISION}); none is overwritten"
    kept.add_argument("--lock", metavar="PATH", nargs="?", const=_DECISION, help=locked)
    renewed = (
        "take the place of that file, and keep what was chosen, how it went, and its verdict as history; without "
        "--answers, decide anew from all that it holds"
    )
    kept.add_argument("--renew", action="store_true", help=renewed)
    told = (
        "from which change on it no longer holds: p_best_fall=0.2 (default: 0.1), or false for one of primary, status, "
        "stack and expiry; repeatable"
    )
    kept.add_argument("--threshold", metavar="KEY=VALUE", action="append", default=[], help=told)
    recorded = "also write a decision record into the folder where the team keeps them, under the next number"
    parser.add_argument("--adr-dir", metavar="DIR", help=recorded)
    parser.add_argument("--title", metavar="NAME", default="", help="what the record is about, for its title")


def _explain(parser: argparse.ArgumentParser, about: str) -> None:
    described = {
        "OPTION": "a framework, or a component of the stack",
        "FINDING": "its id, as in the JSON: STK-012, ELI-001@jax; or that of a rule that did not fire",
        "KEY=VALUE": "answers to change; unknown leaves one open",
    }
    if about == "KEY=VALUE":
        parser.add_argument("changes", metavar=about, nargs="+", help=described[about])
    else:
        parser.add_argument("name", metavar=about, help=described[about])
    given = parser.add_argument_group("answers")
    _answers(given)
    _machine(given)
    parser.add_argument("--levels", metavar="N", type=_level, help="so many levels of the tree (default: 4; JSON: all)")
    # What was measured here before is used, as `recommend` does, and nothing is measured anew.
    parser.set_defaults(probe="stored", python=[], budget=None)
    _output(parser)


def _check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", nargs="?", default=_DECISION, help=f"the decision (default: {_DECISION})"
    )
    parser.add_argument("--as-of", metavar="DATE", help="the day to judge by (default: today)")
    alone = "do not look whether what was measured here is still installed"
    parser.add_argument("--no-detect", action="store_true", help=alone)
    _added(parser)
    parser.add_argument("--policy", metavar="FILE", help=_POLICY)
    _machine(parser.add_argument_group("machine"))
    parser.add_argument(
        "--format",
        choices=["text", "json", "sarif", "markdown"],
        help="sarif is for code hosts, which show it beside the file; --json is short for json",
    )
    _output(parser)


def _diff(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("before", metavar="A", help="a decision")
    parser.add_argument("after", metavar="B", help="the one to hold against it")
    _output(parser)


def _decide(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", nargs="?", default=_DECISION, help=f"the decision (default: {_DECISION})"
    )
    parser.add_argument("--chose", metavar="OPTION", help="what was chosen in the end, whatever was recommended")
    parser.add_argument("--why", metavar="TEXT", help="with --chose: the reason")
    parser.add_argument("--outcome", metavar="TEXT", help="how it went")
    parser.add_argument("--on", metavar="DATE", help="the day (default: today)")


def _portfolio(parser: argparse.ArgumentParser) -> None:
    lines = 'JSON Lines of {"id": ..., "answers": {...}}, one for each project; - reads standard input'
    parser.add_argument("batch", metavar="FILE", help=lines)
    given = parser.add_argument_group("answers")
    _surroundings(given)
    _machine(given)
    parser.add_argument(
        "--format",
        choices=["text", "markdown", "html", "json"],
        default="text",
        help="html is one page for a review; --json is short for json",
    )
    # What was measured here before is used, as `recommend` does, and nothing is measured anew.
    parser.set_defaults(probe="stored", python=[], budget=None)
    _output(parser)


def _starter(parser: argparse.ArgumentParser) -> None:
    named = "a framework (default: the one that is recommended for the answers)"
    parser.add_argument("primary", metavar="PRIMARY", nargs="?", help=named)
    shapes = "the shape of the data (default: that of the domain in the answers)"
    parser.add_argument("--shape", choices=["tabular", "images", "text"], help=shapes)
    parser.add_argument("--output", metavar="FILE", help="write there instead of to standard output")
    parser.add_argument("--force", action="store_true", help="replace the file if it is there")
    given = parser.add_argument_group("answers")
    _answers(given)
    _machine(given)
    # What was measured here before is used, as `recommend` does, and nothing is measured anew.
    parser.set_defaults(probe="stored", python=[], budget=None)


def _interview(parser: argparse.ArgumentParser) -> None:
    given = parser.add_argument_group("answers")
    _answers(given)
    _machine(given)
    _measuring(parser.add_argument_group("measurements"))
    # What was measured here before is used, as `recommend` does; anew it is measured when the questionnaire is told to.
    parser.set_defaults(probe="stored")


def _intake(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path", metavar="PATH", nargs="?", default=".", help="the folder of a project (default: this one)"
    )
    _part(parser)
    parser.add_argument(
        "--format",
        choices=["text", "json", "answers"],
        help="answers is a file for `recommend --answers`, with its sources as comments; --json is short for json",
    )
    _output(parser)


def _part(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    parser.add_argument("--part", metavar="NAME", default="", help="the one that is meant of several projects there")


def _serve(parser: argparse.ArgumentParser) -> None:
    _interview(parser)
    listening = parser.add_argument_group("where it listens")
    listening.add_argument("--host", default="127.0.0.1", help="the name or address (default: only this machine)")
    told = "the port; 0 takes any that is free (default: 8000, or where that is taken any)"
    listening.add_argument("--port", type=_port, metavar="N", help=told)


def _answers(given: argparse._ArgumentGroup) -> None:
    given.add_argument("--answers", metavar="FILE", help="answers in YAML or JSON; - reads standard input")
    given.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], help="add or override one answer")
    project = "answer from the files of a project what --answers and --set leave open; nothing of it is run"
    given.add_argument("--project", metavar="PATH", help=project)
    there = "a chip to train on, as h100 or h100x8, or deploy=NAME to run on, whether you have it or not; repeatable"
    given.add_argument("--hardware", metavar="[PLACE=]NAME[xN]", action="append", default=[], help=there)
    _part(given)
    _surroundings(given)


def _surroundings(given: argparse._ArgumentGroup) -> None:
    given.add_argument("--no-detect", action="store_true", help="read nothing from this machine")
    given.add_argument("--options", metavar="A,B", default="", help="compare only these")
    judged = "the day to judge expiry by, which annotates and moves nothing, and the days of a policy by"
    given.add_argument("--as-of", metavar="DATE", help=judged)
    given.add_argument("--policy", metavar="FILE", help=_POLICY)
    _added(given)


def _probe(parser: argparse.ArgumentParser) -> None:
    suites = "quick: once, in one to two minutes (default); standard: twice, in new processes; full: every variant too"
    parser.add_argument("--suite", choices=["quick", "standard", "full"], help=suites)
    profiles = 'workloads to predict, as JSON: [{"name": ..., "workload_class": ..., "sizes": {"batch": 4, ...}}, ...]'
    parser.add_argument("--profiles", metavar="FILE", help=profiles)
    parser.add_argument("--frameworks", metavar="A,B", default="", help="measure only these")
    parser.add_argument("--probes-only", metavar="A,B", default="", help="run only these probes")
    step = (
        "measure your own implementations of one step instead, the functions of a file: this is code, and is run; "
        "--python names the Python for one of them"
    )
    parser.add_argument("--step", metavar="FILE", help=step)
    apart = "with --step: largest relative difference between their results (default: 0.001, or as the file says)"
    parser.add_argument("--tolerance", metavar="X", type=_positive, help=apart)
    devices = "the accelerator if there is one, or the CPU"
    parser.add_argument("--device", choices=["auto", "cpu"], default="auto", help=devices)
    threads = "of every framework (default: as many as there are cores, or one where others want them)"
    parser.add_argument("--threads", metavar="N", type=_up_to(_MOST_THREADS), help=threads)
    again = "measure everything N times, each in new processes"
    parser.add_argument("--generations", metavar="N", type=_up_to(_MOST_GENERATIONS), help=again)
    shipped = "show beside the equal terms, which count, how each framework does as it comes (the full suite does)"
    parser.add_argument("--as-shipped", action="store_true", help=shipped)
    able = "try, without timing anything, what each framework can do here: exports, compiling, derivatives, ..."
    parser.add_argument("--capabilities", action="store_true", help=able)
    parser.add_argument("--no-store", action="store_true", help="print only")
    parser.add_argument(
        "--format",
        choices=["text", "json", "markdown", "svg"],
        default="text",
        help="svg draws the classes of work; --json is short for json",
    )
    parser.add_argument("--svg", metavar="FILE", help="draw them there too")
    measured = parser.add_argument_group("measurements")
    _measuring(measured)
    _machine(measured)
    _output(parser)


def _doctor(parser: argparse.ArgumentParser) -> None:
    started = "start every framework that can be probed, and hold what it says it sees against what is detected"
    parser.add_argument("--start", action="store_true", help=started)
    saved = "write down what was read here, without what tells whose machine it is; - writes to standard output"
    parser.add_argument("--save", metavar="FILE", help=saved)
    parser.add_argument("--from", dest="recording", metavar="FILE", help="diagnose the machine of such a file instead")
    measured = parser.add_argument_group("measurements")
    _measuring(measured)
    _machine(measured)
    _output(parser)


def _knowledge(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="knowledge_command", metavar="COMMAND", required=True, parser_class=_Parser)

    def command(name: str, about: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=about)
        _added(added)
        _output(added)
        return added

    command("check", "is it complete, used, dated and free of contradictions? Exit status 2 if not")
    thing = "a fact, framework, component, attribute, rule or belief, with its source"
    command("show", thing).add_argument("id", metavar="ID", help="as jax.export, jax, component.optax or STK-012")
    table = command("table", "options side by side, or components")
    table.add_argument("--options", metavar="A,B", default="", help="only these")
    table.add_argument("--rows", metavar="A,B", default="", help="only these attributes, families member by member")
    table.add_argument(
        "--components", metavar="LAYER", nargs="?", const="", help="components instead, of one layer or all"
    )
    table.add_argument(
        "--format", choices=["text", "markdown", "json"], default="text", help="--json is short for json"
    )
    command("folklore", "widely repeated beliefs, how each fares, and what is true")
    stale = command("stale", "what has to be looked at again. Exit status 6 if something has expired")
    stale.add_argument("--days", metavar="N", type=_whole, default=0, help="or will expire in so many days")
    stale.add_argument("--as-of", metavar="DATE", help="the day to judge by (default: today)")
    draw = command("draw", "facts at random, to be checked again at their source")
    draw.add_argument("--count", metavar="N", type=_whole, default=30, help="so many (default: 30)")
    draw.add_argument("--seed", metavar="N", type=_whole, default=0, help="the same seed draws the same facts")
    diff = command("diff", "what changed since a revision, and which gold cases are answered differently")
    diff.add_argument("revision", metavar="REV", help="commit, tag or branch of the checkout that knowledge lies in")
    diff.add_argument("--cases", metavar="FILE", action="append", default=[], help="more cases to ask again")
    refresh = command("refresh", "ask the package index that pip is configured for, and show what differs")
    refresh.add_argument("--only", metavar="A,B", default="", help="ask about these packages only")
    refresh.add_argument("--write", action="store_true", help="and keep it")
    verify = command("verify", "hold facts against what is installed. Exit status 2 if some are contradicted or denied")
    verify.add_argument("--python", metavar="INTERPRETER", action="append", default=[], help="instead of this Python")

    bundled = {
        "export": "write knowledge and rules as one file, to be imported elsewhere or by a later release",
        "import": "take such a file in the place of the program's own, once it is found sound",
        "forget": "remove what was imported; the program's own counts again",
    }
    for name, about in bundled.items():
        added = commands.add_parser(name, help=about, description=_sentence(about))
        _output(added)
        if name != "forget":
            added.add_argument(
                "file", metavar="FILE", help="- reads standard input" if name == "import" else "made anew"
            )
            replaced = "replace a file that is there" if name == "export" else "take one that is older all the same"
            added.add_argument("--force", action="store_true", help=replaced)
        if name == "export":
            added.add_argument("--sign", metavar="KEY", help="sign it with a private key of Ed25519 (PEM)")
        if name == "import":
            known = "a public key of which one has to have signed it, beside those in ADVISOR_HOME/keys; repeatable"
            added.add_argument("--key", metavar="FILE", action="append", default=[], help=known)


def _rules(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="rules_command", metavar="COMMAND", required=True, parser_class=_Parser)

    def command(name: str, about: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=about)
        _added(added)
        return added

    check = "can every rule fire, does it, and does none hide or undo another? Exit status 2 if not"
    _output(command("check", check))
    listed = command("list", "ids and titles")
    listed.add_argument("phase", metavar="PHASE", nargs="?", choices=get_args(Phase), help=", ".join(get_args(Phase)))
    _output(listed)
    show = command("show", "a rule with its condition, effects, reason, source and examples")
    show.add_argument("id", metavar="ID", help="as STK-012")
    _output(show)
    reference = command("reference", "every rule, as Markdown")
    reference.add_argument("--output", metavar="FILE", help="write there instead of to standard output")


def _policy(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="policy_command", metavar="COMMAND", required=True, parser_class=_Parser)
    about = "is everything in it known, can all of it apply, and what does it leave? Exit status 2 if not"
    check = commands.add_parser("check", help=about, description=about)
    check.add_argument("file", metavar="FILE", help="the policy, in YAML")
    check.add_argument("--as-of", metavar="DATE", help="the day to judge by (default: today)")
    _added(check)
    _output(check)


def _measurements(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(
        dest="measurements_command", metavar="COMMAND", required=True, parser_class=_Parser
    )

    def command(name: str, about: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=_sentence(about))
        _output(added)
        return added

    which = "its id or as much of the beginning as is unique (default: the newest of this machine)"
    command("list", "every run that is stored, the newest first")
    command("show", "one run, as `probe` prints it").add_argument("id", metavar="ID", nargs="?", help=which)
    handed = "one run as JSON with its samples, without paths of this machine"
    command("export", handed).add_argument("id", metavar="ID", nargs="?", help=which)
    taken = "take in what was exported elsewhere; it is checked, shown, and moves no answer"
    command("import", taken).add_argument("file", metavar="FILE", help="- reads standard input")
    forget = command("forget", "remove runs for good")
    forget.add_argument("ids", metavar="ID", nargs="*", help="as much of each as is unique")
    forget.add_argument("--all", action="store_true", help="every one")


def _hardware(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="hardware_command", metavar="COMMAND", required=True, parser_class=_Parser)

    def command(name: str, about: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=_sentence(about))
        _output(added)
        return added

    listed = command("list", "every chip that is known, with its memory")
    listed.add_argument("--vendor", metavar="WORD", help="only these, by the word of train_hw, as amd_gpu")
    show = command("show", "a chip: what is published of it, with sources, and apart from it what was measured")
    show.add_argument("name", metavar="NAME", help="as h100")
    compare = command("compare", "chips side by side, figure by figure")
    compare.add_argument("names", metavar="NAME", nargs="+")
    fit = command("fit", "what a model takes of the memory, part by part, and which chips have room for it")
    for added in (listed, show, compare):
        _added(added)
    given = fit.add_argument_group("answers", "model_params_b, sizes, task and accelerator_count are read")
    given.add_argument("--answers", metavar="FILE", help="answers in YAML or JSON; - reads standard input")
    given.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], help="add or override one answer")
    _added(given)
    fit.add_argument("--on", metavar="A,B", default="", help="only these chips, as h100x8,mi300x (default: all)")
    doing = "train (mixed precision, Adam), adapters, serve, ... (default: as the task says)"
    fit.add_argument("--way", choices=get_args(Way), metavar="WAY", help=f"{doing}; one of {', '.join(get_args(Way))}")
    divided = "none, ddp, zero1, zero2, zero3 or fsdp among the devices (default: fsdp in training on several)"
    fit.add_argument("--sharding", choices=get_args(Sharding), metavar="HOW", help=divided)
    group = "devices that divide each layer among them (default: all in serving, 1 in training)"
    fit.add_argument("--tensor", metavar="N", type=_up_to(_MOST_TENSOR), help=group)
    again = "activations to compute again: none, selective (those of attention) or full (default: none)"
    fit.add_argument("--recompute", choices=get_args(Recompute), default="none", metavar="WHICH", help=again)
    heads = "heads of keys and values (default: as many as of queries)"
    fit.add_argument("--kv-heads", metavar="N", type=_up_to(_MOST_HEADS), help=heads)


def _fleet(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="fleet_command", metavar="COMMAND", required=True, parser_class=_Parser)
    about = "print a job script"
    scripted = commands.add_parser("script", help=about, description=_sentence(about))
    scripted.add_argument("scheduler", choices=["slurm"], metavar="SCHEDULER", help="slurm: for sbatch")
    nodes = "so many nodes at once (default: 1)"
    scripted.add_argument("--nodes", metavar="N", type=_up_to(_MOST_NODES), default=1, help=nodes)
    minutes = "after which the job ends (default: 30)"
    scripted.add_argument("--minutes", metavar="N", type=_up_to(_MOST_MINUTES), default=30, help=minutes)
    scripted.add_argument("--partition", metavar="NAME", default="", help="the partition to run in")
    scripted.add_argument("--constraint", metavar="FEATURES", default="", help="features that the nodes have")
    there = "the Python on the nodes that has this program and the frameworks (default: python3)"
    scripted.add_argument("--python", metavar="INTERPRETER", default="python3", help=there)
    scripted.add_argument("--suite", choices=["quick", "standard", "full"], default="quick", help="as `advisor probe`")
    kept = "where every node can write; one folder in it for each kind (default: advisor-measurements)"
    scripted.add_argument("--folder", metavar="DIR", default="advisor-measurements", help=kept)
    scripted.add_argument("--output", metavar="FILE", help="write there instead of to standard output")


def _env(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="env_command", metavar="COMMAND", required=True, parser_class=_Parser)

    def command(name: str, about: str, count: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=_sentence(about))
        _output(added)
        if count:
            added.add_argument("frameworks", metavar="FRAMEWORK", nargs=count, help="as in `advisor probe`")
        return added

    made = command("create", "install frameworks, each into an environment of its own below ADVISOR_HOME", "+")
    command("list", "which there are, and whether they still work", "")
    mended = command("repair", "make anew what does not work, in the versions that it had (default: all)", "*")
    removed = command("remove", "delete environments with everything in them", "+")
    for asking in (made, mended, removed):
        asking.add_argument("--yes", action="store_true", help="do it without asking")
    for installing in (made, mended):
        installing.add_argument("--dry-run", action="store_true", help="print the commands and run none")
        installing.add_argument(
            "--with",
            dest="installer",
            choices=["auto", "pip", "uv"],
            default="auto",
            help="what installs (default: auto)",
        )


def _purge(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="do it without asking")
    parser.add_argument("--dry-run", action="store_true", help="say what would be removed, and remove nothing")
    _output(parser)


def _whole(text: str) -> int:
    if not text.isdecimal() or len(text) > _MOST_DIGITS:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 to 999999999")
    return int(text)


def _port(text: str) -> int:
    port = _whole(text)
    if port > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"ports go up to {_LAST_PORT}")
    return port


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no positive number")
    return number


def _cores() -> int:
    """The cores that this process may use."""
    usable = getattr(os, "sched_getaffinity", None)
    return min(_MOST_JOBS, len(usable(0)) if usable else os.cpu_count() or 1)


def _up_to(most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or len(text) > _MOST_DIGITS or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to {most}")
        return int(text)

    return number


def _interpreter(text: str) -> str:
    framework, equals, interpreter = text.partition("=")
    if not (framework and equals and interpreter):
        raise argparse.ArgumentTypeError(f"{text!r} is not FRAMEWORK=INTERPRETER")
    return text


def _level(text: str) -> int:
    levels = _whole(text)
    if not levels:
        raise argparse.ArgumentTypeError("there is at least 1 level")
    return levels


def _added(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    facts = "a folder of knowledge that adds to the program's own or takes its place, fact by fact; repeatable"
    parser.add_argument("--knowledge", metavar="DIR", action="append", default=[], help=facts)
    rules = "a folder of rules beside the program's own; repeatable"
    parser.add_argument("--rules", metavar="DIR", action="append", default=[], help=rules)


def _measuring(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--python",
        metavar="FRAMEWORK=INTERPRETER",
        action="append",
        default=[],
        type=_interpreter,
        help="the Python that can import a framework, as jax=/opt/jax/bin/python, for probing (default: this one, then "
        "those that `advisor env` made)",
    )
    folders = "add the frameworks and probes of a folder: these are code, and are run"
    group.add_argument("--probes", dest="probes_from", metavar="DIR", action="append", default=[], help=folders)
    group.add_argument("--budget", metavar="SECONDS", type=float, default=None, help="most time for probing")


def _machine(group: argparse._ArgumentGroup) -> None:
    told = (
        "what the machine is, in place of what is detected: cores=4, memory_gb=32, os=windows_wsl2, "
        "accelerators=nvidia_gpu:H100:80, ..., as `doctor --json` names it; a wrong KEY lists all; repeatable"
    )
    group.add_argument("--machine", metavar="KEY=VALUE", action="append", default=[], help=told)


def _output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output, and nothing else")
    parser.add_argument("--output", metavar="FILE", help="write there instead of to standard output")
