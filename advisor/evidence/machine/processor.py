"""The processor: what it is called, what it can do, how many of its cores are there and how many may be used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.evidence.machine.limits import cpu_limit
from advisor.evidence.machine.reading import fields, whole, words
from advisor.evidence.machine.sources import Source
from advisor.frozen import dataclass

X86 = (
    *("avx", "avx2", "fma", "f16c", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16"),
    *("avx_vnni", "amx_tile", "amx_int8", "amx_bf16", "amx_fp16"),
)
"""Flags of Linux that decide which kernels a library takes; other systems are read into the same words."""
ARM = {
    "neon": "neon",
    "asimd": "neon",
    "asimdhp": "fp16",
    "asimddp": "dotprod",
    "bf16": "bf16",
    "i8mm": "i8mm",
    "sve": "sve",
    "sve2": "sve2",
    "svebf16": "sve_bf16",
    "svei8mm": "sve_i8mm",
    "sme": "sme",
    "sme2": "sme2",
}
"""As Linux says it, and as it is said here."""
APPLE = {
    "hw.optional.neon": "neon",
    "hw.optional.AdvSIMD": "neon",
    "hw.optional.arm.FEAT_FP16": "fp16",
    "hw.optional.arm.FEAT_DotProd": "dotprod",
    "hw.optional.arm.FEAT_BF16": "bf16",
    "hw.optional.arm.FEAT_I8MM": "i8mm",
    "hw.optional.arm.FEAT_SME": "sme",
    "hw.optional.arm.FEAT_SME2": "sme2",
    "hw.optional.avx1_0": "avx",
    "hw.optional.avx2_0": "avx2",
    "hw.optional.fma": "fma",
    "hw.optional.f16c": "f16c",
    "hw.optional.avx512f": "avx512f",
}
"""Keys of `sysctl` on macOS."""
VENDORS = {
    "GenuineIntel": "intel",
    "AuthenticAMD": "amd",
    "HygonGenuine": "hygon",
    "VirtualApple": "apple",
    "0x41": "arm",
    "0x46": "fujitsu",
    "0x48": "hisilicon",
    "0x4e": "nvidia",
    "0x51": "qualcomm",
    "0x61": "apple",
    "0xc0": "ampere",
}
"""What CPUID or MIDR_EL1 says of the maker."""
PARTS = {
    ("0x41", "0xd03"): "Cortex-A53",
    ("0x41", "0xd08"): "Cortex-A72",
    ("0x41", "0xd0b"): "Cortex-A76",
    ("0x41", "0xd42"): "Cortex-A78AE",
    ("0x41", "0xd0c"): "Neoverse-N1",
    ("0x41", "0xd49"): "Neoverse-N2",
    ("0x41", "0xd8e"): "Neoverse-N3",
    ("0x41", "0xd40"): "Neoverse-V1",
    ("0x41", "0xd4f"): "Neoverse-V2",
    ("0x41", "0xd83"): "Neoverse-V3AE",
    ("0x41", "0xd84"): "Neoverse-V3",
    ("0x46", "0x001"): "A64FX",
    ("0x48", "0xd01"): "TaiShan-v110",
    ("0xc0", "0xac3"): "Ampere-1",
    ("0xc0", "0xac4"): "Ampere-1a",
}
"""Implementer and part of an Arm core, which has no brand, to the name that its maker gives the design; the numbers are
those of the makers' reference manuals, as lscpu has them too."""

SYSCTL = ("sysctl", "hw", "machdep.cpu", "sysctl.proc_translated", "kern.hv_vmm_present")
"""Everything that macOS tells of a processor, in one command; keys that a system does not know are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """What identifies a processor, and how much of it may be used."""

    name: str
    vendor: str
    instructions: tuple[str, ...]
    cores: int
    logical: int | None
    memory: int | None
    """Bytes that the machine has."""
    translated: bool | None
    sources: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """How a processor is laid out; unknown where nothing tells."""

    physical: int | None = None
    sockets: int | None = None
    numa_nodes: int | None = None
    last_cache: int | None = None
    """Bytes, of all caches of that level together."""
    sources: Mapping[str, str]


def processor(source: Source) -> Processor:
    """What has to be known to tell one kind of machine from another; cheap everywhere."""
    system = source.call("sys.platform")
    if system == "darwin":
        return _on_macos(source)
    return _on_windows(source) if system in ("win32", "cygwin") else _on_linux(source)


def topology(source: Source) -> Topology:
    """The rest, which takes more reading."""
    system = source.call("sys.platform")
    if system == "darwin":
        said = fields(source.run(*SYSCTL).output)
        names = {"physical": "hw.physicalcpu", "sockets": "hw.packages", "last_cache": "hw.l3cachesize"}
        if whole(said.get(names["last_cache"])) is None:
            names["last_cache"] = (
                "hw.perflevel0.l2cachesize" if "hw.perflevel0.l2cachesize" in said else "hw.l2cachesize"
            )
        told = {field: value for field, name in names.items() if (value := whole(said.get(name)))}
        if names["last_cache"].startswith("hw.perflevel0") and "last_cache" in told:
            told["last_cache"] *= _clusters(said)
        return Topology(**told, sources={field: f"sysctl {names[field]}" for field in told})
    if system in ("win32", "cygwin"):
        calls = {
            "physical": "psutil.cpu_count(logical=False)",
            "last_cache": "windows: GetLogicalProcessorInformationEx",
        }
        told = {field: value for field, name in calls.items() if (value := whole(source.call(name)))}
        return Topology(**told, sources={field: calls[field] for field in told})
    return _topology_on_linux(source)


def _clusters(said: Mapping[str, str]) -> int:
    """How many caches of the second level the fast cores of an Apple chip have: so many cores share one."""
    cores, sharing = whole(said.get("hw.perflevel0.physicalcpu")), whole(said.get("hw.perflevel0.cpusperl2"))
    return max(1, cores // sharing) if cores and sharing else 1


def _on_linux(source: Source) -> Processor:
    text = source.read("/proc/cpuinfo")
    said = fields(text.partition("\n\n")[0])
    name, flags = cpu_name(text), set(words(said.get("flags") or said.get("Features") or ""))
    sources = {"cpu": "/proc/cpuinfo", "instructions": "/proc/cpuinfo", "cpu_vendor": "/proc/cpuinfo"}
    if not name:
        name = _text(source.call("platform.machine()")) or "unknown"
        sources["cpu"] = "platform.machine()"
    logical = len(_numbers(source.read("/sys/devices/system/cpu/online")))
    sources["logical_cores"] = "/sys/devices/system/cpu/online"
    if not logical:
        logical, sources["logical_cores"] = whole(source.call("os.cpu_count()")) or 1, "os.cpu_count()"
    allowed = whole(source.call("os.sched_getaffinity(0)"))
    cores, sources["cores"] = (allowed, "affinity mask") if allowed else (logical, sources["logical_cores"])
    limit = cpu_limit(source)
    if limit is not None and limit.amount < cores:
        cores, sources["cores"] = max(1, int(limit.amount)), limit.source
    memory, sources["memory_gb"] = whole(fields(source.read("/proc/meminfo")).get("MemTotal")), "/proc/meminfo"
    memory = memory * 1024 if memory else None
    if memory is None:
        memory, sources["memory_gb"] = whole(source.call("psutil.virtual_memory()")), "psutil.virtual_memory()"
    maker = said.get("vendor_id") or said.get("CPU implementer", "")
    return Processor(
        name=name,
        vendor=VENDORS.get(maker, ""),
        instructions=_known(flags),
        cores=cores,
        logical=logical,
        memory=memory,
        translated=True if name.startswith("VirtualApple") else None,
        sources=sources,
    )


def _on_macos(source: Source) -> Processor:
    said = fields(source.run(*SYSCTL).output)
    present = {name for key, name in APPLE.items() if said.get(key) == "1"}
    old = {"AVX1.0": "avx", "AVX2": "avx2", "FMA": "fma", "F16C": "f16c", "AVX512F": "avx512f"}
    flags = words(f"{said.get('machdep.cpu.features', '')} {said.get('machdep.cpu.leaf7_features', '')}")
    present |= {old[flag] for flag in flags if flag in old}
    name = said.get("machdep.cpu.brand_string") or _text(source.call("platform.processor()")) or "unknown"
    sources = dict.fromkeys(("cpu", "cpu_vendor", "instructions", "cores", "logical_cores", "memory_gb"), "sysctl")
    logical, memory = whole(said.get("hw.logicalcpu")) or whole(said.get("hw.ncpu")), whole(said.get("hw.memsize"))
    if logical is None:
        logical = whole(source.call("os.cpu_count()")) or 1
        sources |= dict.fromkeys(("cores", "logical_cores"), "os.cpu_count()")
    if memory is None:
        memory, sources["memory_gb"] = whole(source.call("psutil.virtual_memory()")), "psutil.virtual_memory()"
    translated = {"1": True, "0": False}.get(said.get("sysctl.proc_translated", ""))
    if translated is not None:
        sources["translated"] = "sysctl.proc_translated"
    return Processor(
        name=name,
        vendor="apple" if "Apple" in name else VENDORS.get(said.get("machdep.cpu.vendor", ""), ""),
        instructions=_ordered(present),
        cores=logical,
        logical=logical,
        memory=memory,
        translated=translated,
        sources=sources,
    )


def _on_windows(source: Source) -> Processor:
    identifier = source.variable("PROCESSOR_IDENTIFIER") or _text(source.call("platform.processor()"))
    name = _text(source.call("windows registry: processor"))
    features = source.call("windows: IsProcessorFeaturePresent")
    present = {feature for feature in features if isinstance(feature, str)} if isinstance(features, list) else set()
    logical = whole(source.call("os.cpu_count()")) or 1
    makers = {"intel": "intel", "amd": "amd", "qualcomm": "qualcomm", "snapdragon": "qualcomm", "arm": "arm"}
    said = f"{name} {identifier}".lower()
    return Processor(
        name=name or identifier or "unknown",
        vendor=next((word for maker, word in makers.items() if maker in said), ""),
        instructions=_ordered(present),
        cores=logical,
        logical=logical,
        memory=whole(source.call("psutil.virtual_memory()")),
        translated=None,
        sources={
            "cpu": "windows registry: processor" if name else "PROCESSOR_IDENTIFIER",
            "cpu_vendor": "windows registry: processor" if name else "PROCESSOR_IDENTIFIER",
            "instructions": "windows: IsProcessorFeaturePresent",
            "cores": "os.cpu_count()",
            "logical_cores": "os.cpu_count()",
            "memory_gb": "psutil.virtual_memory()",
        },
    )


def cpu_name(cpuinfo: str) -> str:
    """Name the processor as Linux does: by its brand, on Arm by the design of its cores, the fastest last."""
    said = fields(cpuinfo)
    if said.get("model name") and not said["model name"].startswith("ARMv"):
        return " ".join(words(said["model name"]))
    designs: dict[str, int] = {}
    implementer = ""
    for line in cpuinfo.splitlines():
        key, _, value = (part.strip() for part in line.partition(":"))
        if key == "CPU implementer":
            implementer = value
        elif key == "CPU part" and implementer:
            name = f"Arm {PARTS[implementer, value]}" if (implementer, value) in PARTS else f"Arm {implementer} {value}"
            designs[name] = designs.get(name, 0) + 1
    if designs:
        return " + ".join(designs)
    return said.get("Model") or said.get("Hardware") or said.get("model name", "")


def _known(flags: set[str]) -> tuple[str, ...]:
    return _ordered({name for name in X86 if name in flags} | {ARM[flag] for flag in flags if flag in ARM})


def _ordered(present: set[str]) -> tuple[str, ...]:
    """In the order of the tables, whatever order a system tells them in."""
    return tuple(name for name in dict.fromkeys([*X86, *ARM.values()]) if name in present)


def _topology_on_linux(source: Source) -> Topology:
    told: dict[str, int] = {}
    sources: dict[str, str] = {}
    packages = list(_packages(source.read("/proc/cpuinfo")))
    place = "/sys/devices/system/cpu/cpu[0-9]*/topology"
    siblings = {source.read(path).strip() for path in source.glob(f"{place}/thread_siblings_list")} - {""}
    if siblings:
        told["physical"], sources["physical"] = len(siblings), f"{place}/thread_siblings_list"
    elif packages:
        told["physical"], sources["physical"] = len(set(packages)), "/proc/cpuinfo"
    sockets = {source.read(path).strip() for path in source.glob(f"{place}/physical_package_id")} - {"", "-1"}
    if sockets:
        told["sockets"], sources["sockets"] = len(sockets), f"{place}/physical_package_id"
    elif packages:
        told["sockets"], sources["sockets"] = len({package for package, _ in packages}), "/proc/cpuinfo"
    nodes = _numbers(source.read("/sys/devices/system/node/online"))
    if nodes:
        told["numa_nodes"], sources["numa_nodes"] = len(nodes), "/sys/devices/system/node/online"
    cache = _last_cache(source)
    if cache:
        told["last_cache"], sources["last_cache"] = cache, "/sys/devices/system/cpu/cpu0/cache"
    return Topology(**told, sources=sources)


def _packages(cpuinfo: str) -> Iterator[tuple[str, str]]:
    """Package and core of each hardware thread."""
    for block in cpuinfo.split("\n\n"):
        said = fields(block)
        if "physical id" in said and "core id" in said:
            yield said["physical id"], said["core id"]


def _last_cache(source: Source) -> int | None:
    """The size of the last cache of the first core, times how often the machine has it."""
    found: tuple[int, int, int] | None = None
    for folder in source.glob("/sys/devices/system/cpu/cpu0/cache/index*"):
        level, size = whole(source.read(f"{folder}/level")), _bytes(source.read(f"{folder}/size"))
        sharing = len(_numbers(source.read(f"{folder}/shared_cpu_list"))) or 1
        if level and size and (found is None or level > found[0]):
            found = level, size, sharing
    if found is None:
        return None
    threads = len(_numbers(source.read("/sys/devices/system/cpu/online"))) or 1
    return found[1] * max(1, threads // found[2])


def _bytes(text: str) -> int | None:
    """Read a size as `32768K`."""
    text = text.strip()
    factor = {"K": 2**10, "M": 2**20, "G": 2**30}.get(text[-1:].upper(), 1)
    number = whole(text if factor == 1 else text[:-1])
    return None if number is None else number * factor


_MOST = 1 << 16
"""Of anything that is numbered, far more than a machine has."""


def _numbers(text: str) -> set[int]:
    """Read a list as `0-3,8`."""
    found: set[int] = set()
    for part in text.strip().split(","):
        first, dash, last = part.partition("-")
        begin, end = whole(first), whole(last if dash else first)
        if begin is not None and end is not None and 0 <= begin <= end < _MOST:
            found.update(range(begin, end + 1))
    return found


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
