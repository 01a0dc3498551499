"""`advisor hardware`: what is published of chips, and whether a model fits them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, get_args

from advisor import resources
from advisor.cli import kinds, options
from advisor.cli.exits import Exit
from advisor.cli.machines import chosen, meant
from advisor.cli.output import notice, write
from advisor.cli.profiles import profiles
from advisor.cli.session import answers_from, overlays
from advisor.errors import InputError, Problem, StoreError
from advisor.frozen import replace
from advisor.intake.chips import counted
from advisor.intake.footprint import Setup, fewest, model_of, needed, setup_of, verdict
from advisor.intake.situation import complete
from advisor.loading.knowledge import load
from advisor.loading.problems import Problems, nearest, shown
from advisor.loading.structure import plain
from advisor.model.hardware import Chip
from advisor.model.memory import Architecture, Recompute, Sharding, Way
from advisor.render import hardware as words
from advisor.render.json import written

if TYPE_CHECKING:
    import argparse

    from advisor.model.answers import Answers
    from advisor.model.knowledge import KnowledgeBase
    from advisor.model.measurement import Measurements

_TENSOR, _HEADS = 1024, 4096
"""At most so many."""
SCHEMA = "advisor/hardware-fit/1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    commands = parser.add_subparsers(dest="hardware_command", metavar="COMMAND", required=True)

    def command(name: str, about: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=options.sentence(about))
        options.output(added)
        return added

    listed = command("list", "every chip that is known, with its memory")
    listed.add_argument("--vendor", metavar="WORD", help="only these, by the word of train_hw, as amd_gpu")
    show = command("show", "a chip: what is published of it, with sources, and apart from it what was measured")
    show.add_argument("name", metavar="NAME", help="as h100")
    compare = command("compare", "chips side by side, figure by figure")
    compare.add_argument("names", metavar="NAME", nargs="+")
    fit = command("fit", "what a model takes of the memory, part by part, and which chips have room for it")
    for added in (listed, show, compare):
        options.overlays(added)
    given = fit.add_argument_group("answers", "model_params_b, sizes, task and accelerator_count are read")
    given.add_argument("--answers", metavar="FILE", help="answers in YAML or JSON; - reads standard input")
    given.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], help="add or override one answer")
    options.overlays(given)
    fit.add_argument("--on", metavar="A,B", default="", help="only these chips, as h100x8,mi300x (default: all)")
    doing = "train (mixed precision, Adam), adapters, serve, ... (default: as the task says)"
    fit.add_argument("--way", choices=get_args(Way), metavar="WAY", help=f"{doing}; one of {', '.join(get_args(Way))}")
    divided = "none, ddp, zero1, zero2, zero3 or fsdp among the devices (default: fsdp in training on several)"
    fit.add_argument("--sharding", choices=get_args(Sharding), metavar="HOW", help=divided)
    group = "devices that divide each layer among them (default: all in serving, 1 in training)"
    fit.add_argument("--tensor", metavar="N", type=kinds.up_to(_TENSOR), help=group)
    again = "activations to compute again: none, selective (those of attention) or full (default: none)"
    fit.add_argument("--recompute", choices=get_args(Recompute), default="none", metavar="WHICH", help=again)
    heads = "heads of keys and values (default: as many as of queries)"
    fit.add_argument("--kv-heads", metavar="N", type=kinds.up_to(_HEADS), help=heads)


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    base = load(overlays(arguments.knowledge), overlays(arguments.rules))
    return _COMMANDS[arguments.hardware_command](base, arguments)


def _list(base: KnowledgeBase, arguments: argparse.Namespace) -> int:
    vendors = sorted({chip.vendor for chip in base.hardware.values()})
    if arguments.vendor is not None and arguments.vendor not in vendors:
        message = f"of {shown(arguments.vendor)} no chip is known."
        raise InputError(Problem(message=message, place="--vendor", hint=nearest(arguments.vendor, vendors)))
    chips = [chip for chip in base.hardware.values() if arguments.vendor in (None, chip.vendor)]
    _out(arguments, {"chips": [plain(chip) for chip in chips]}, words.listed(chips))
    return Exit.ANSWER


def _show(base: KnowledgeBase, arguments: argparse.Namespace) -> int:
    (chip,) = chosen(base, [arguments.name], "NAME")
    found = [*profiles(chip, _runs(), base.hardware)]
    _out(arguments, {**plain(chip), "runs": [plain(each) for each in found]}, words.shown(chip, found))
    return Exit.ANSWER


def _runs() -> list[Measurements]:
    """The runs that are stored; a store that cannot be read is said, and is as good as none."""
    from advisor.evidence.keeping import store  # noqa: PLC0415  (only what was measured needs it)

    try:
        return [kept.run for kept in store.kept(resources.home(), notice)]
    except StoreError as error:
        for problem in error.problems:
            notice(problem)
        return []


def _compare(base: KnowledgeBase, arguments: argparse.Namespace) -> int:
    chips = list({chip.id: chip for chip in chosen(base, arguments.names, "NAME")}.values())
    _out(arguments, {"chips": [plain(chip) for chip in chips]}, words.compared(chips))
    return Exit.ANSWER


def _fit(base: KnowledgeBase, arguments: argparse.Namespace) -> int:
    answers = complete(answers_from(base, arguments.answers, arguments.set), base.vocabulary, None).answers
    _check_heads(answers, arguments.kv_heads)
    setup = _setup(setup_of(answers), arguments)
    model = model_of(answers, setup)
    if model is None:
        message = "neither the parameters of the model nor sizes that mean one are known."
        hint = (
            "Use --set model_params_b=7, or --set sizes.layers=32 --set sizes.width=4096 --set sizes.sequence=2048, "
            "for a residual network sizes.depth, width and image, for a recommender sizes.table_rows, embedding_dim, "
            "for dense layers sizes.mlp_width and width, with solver_steps where they are solved through, or points."
        )
        raise InputError(Problem(message=message, place="hardware fit", hint=hint))
    rows = [*_rows(base, model, setup, arguments)]
    need = needed(model, setup, base.memory)
    document = {
        "schema": SCHEMA,
        "model": model.kind,
        "parameters_b": model.parameters / 1e9,
        "setup": plain(setup),
        "needed": plain(need),
        "chips": [plain(row) for row in rows],
        "source": plain(base.memory.source),
    }
    _out(arguments, document, words.fitted(model, setup, need, rows, base.memory))
    return Exit.ANSWER


def _setup(setup: Setup, arguments: argparse.Namespace) -> Setup:
    """What the answers say, with what the command line says otherwise."""
    if arguments.way is not None:
        serves = arguments.way.startswith("serve")
        several = setup.devices > 1
        spread = replace(setup, tensor=setup.devices, sharding="none") if serves else replace(setup, tensor=1)
        setup = replace(spread, way=arguments.way, sharding="fsdp" if several and not serves else "none")
    setup = replace(setup, recompute=arguments.recompute, kv_heads=arguments.kv_heads)
    if arguments.sharding is not None:
        setup = replace(setup, sharding=arguments.sharding)
    tensor = arguments.tensor or setup.tensor
    return _in_groups(replace(setup, tensor=tensor, devices=max(setup.devices, tensor)))


def _in_groups(setup: Setup) -> Setup:
    """Raise where the devices are not whole tensor-parallel groups."""
    if setup.devices % setup.tensor:
        message = f"{setup.devices} devices cannot be put into groups of {setup.tensor}."
        hint = "Take a number of devices that is a multiple of it."
        raise InputError(Problem(message=message, place="--tensor", hint=hint))
    return setup


def _check_heads(answers: Answers, kv_heads: int | None) -> None:
    """Raise where heads of keys and values cannot be held against those of queries."""
    sizes = answers.get("sizes")
    heads = sizes.get("heads") if isinstance(sizes, Mapping) else None
    if kv_heads is not None and (not isinstance(heads, (int, float)) or heads < kv_heads):
        message = (
            f"{kv_heads} heads of keys and values, and {f'{heads:g}' if heads else 'an unknown number'} of queries."
        )
        hint = "Say how many there are of queries with --set sizes.heads=N; there are at least as many."
        raise InputError(Problem(message=message, place="--kv-heads", hint=hint))


def _rows(
    base: KnowledgeBase, model: Architecture, setup: Setup, arguments: argparse.Namespace
) -> Iterator[words.Fitted]:
    """How the model fits each of the chips; one that is named with a number of its own is taken so often."""
    for chip, count in _asked(base, arguments.on):
        own = _counted(setup, count, arguments)
        need, room = needed(model, own, base.memory), chip.memory_gb or chip.value("most_memory_gb")
        yield words.Fitted(
            chip=chip.id,
            name=chip.name,
            devices=own.devices,
            memory_gb=room,
            most=chip.memory_gb is None,
            needed_gb=need.gb,
            verdict="unknown" if room is None else verdict(need, room, base.memory),
            fewest=None if room is None else fewest(model, own, room, base.memory),
        )


def _counted(setup: Setup, count: int | None, arguments: argparse.Namespace) -> Setup:
    """The same on so many devices, as far as the command line does not say how they divide the work."""
    if count is None or count == setup.devices:
        return setup
    if setup.way.startswith("serve"):
        return _in_groups(replace(setup, devices=count, tensor=arguments.tensor or count))
    spread = arguments.sharding or ("fsdp" if setup.devices == 1 and count > 1 else setup.sharding)
    return _in_groups(replace(setup, devices=count, sharding=spread))


def _asked(base: KnowledgeBase, on: str) -> list[tuple[Chip, int | None]]:
    if not on:
        return [(chip, None) for chip in base.hardware.values() if chip.vendor != "cpu"]
    problems, found = Problems(), []
    for name in filter(None, on.split(",")):
        chip, count = counted(name, base.hardware)
        if chip is None:
            problems.add(f"{shown(name)} names no chip that is known.", "--on", meant(base, name))
        else:
            found.append((chip, count))
    problems.settle()
    return found


def _out(arguments: argparse.Namespace, document: Any, text: str) -> None:
    said = written(document) if arguments.json else text
    write(said, arguments.output)


_COMMANDS: Mapping[str, Callable[[KnowledgeBase, argparse.Namespace], int]] = {
    "list": _list,
    "show": _show,
    "compare": _compare,
    "fit": _fit,
}
