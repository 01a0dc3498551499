"""The models in PyTorch: eager, and with `torch.compile`."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name PyTorch's own documentation gives it
from torch import nn

_here: dict[str, Any] = {}
"""Of the framework's first file: the device, and what compiles."""

Batch = dict[str, torch.Tensor]
Built = tuple[Any, Callable[[Any], Any], Callable[[Any], Any]]


class _Trained(NamedTuple):
    """Where training stands; the optimiser writes into the parameters."""

    params: list[torch.Tensor]
    turn: int = 0
    loss: torch.Tensor | None = None
    image: torch.Tensor | None = None


class _Answered(NamedTuple):
    """What inference has brought back."""

    params: list[torch.Tensor]
    turn: int = 0
    results: Any = None
    image: torch.Tensor | None = None


def use(framework: Any) -> None:
    """Run where the framework's first file has chosen."""
    _here.update(framework._here)


class _Heads(nn.Module):
    """What attention has on either side."""

    inward: Any
    group = 1
    """Heads of queries that share one of keys and values."""

    def __init__(self, width: int, heads: int, *, bias: bool) -> None:
        super().__init__()
        self.heads = heads
        self.inward = nn.Linear(width, 3 * width, bias=bias)
        self.outward = nn.Linear(width, width, bias=bias)

    def part(self, x: torch.Tensor, *_: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return tuple(part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in self.inward(x).chunk(3, dim=-1))

    def join(self, y: torch.Tensor) -> Any:
        return self.outward(y.transpose(1, 2).flatten(2))


class _Attention(_Heads):
    def __init__(self, width: int, heads: int, *, bias: bool, causal: bool) -> None:
        super().__init__(width, heads, bias=bias)
        self.causal = causal

    def forward(self, x: torch.Tensor, *turn: torch.Tensor) -> Any:
        q, k, v = self.part(x, *turn)
        return self.join(F.scaled_dot_product_attention(q, k, v, is_causal=self.causal))


class _CachedAttention(_Heads):
    """Attends to what stands in its cache, into which it writes what is new."""

    keys: torch.Tensor
    values: torch.Tensor

    def __init__(self, width: int, heads: int, batch: int, length: int) -> None:
        super().__init__(width, heads, bias=False)
        room = (batch, heads // self.group, length, width // heads)
        self.register_buffer("keys", torch.zeros(room))
        self.register_buffer("values", torch.zeros(room))

    def forward(self, x: torch.Tensor, places: torch.Tensor, visible: torch.Tensor, *turn: torch.Tensor) -> Any:
        q, k, v = self.part(x, *turn)
        self.keys.index_copy_(2, places, k)
        self.values.index_copy_(2, places, v)
        grouped = self.group > 1
        y = F.scaled_dot_product_attention(q, self.keys, self.values, attn_mask=visible, enable_gqa=grouped)
        return self.join(y)


class _Block(nn.Module):
    def __init__(self, attend: _Heads, width: int, *, bias: bool) -> None:
        super().__init__()
        self.norm1, self.attend = nn.LayerNorm(width, bias=bias), attend
        self.norm2 = nn.LayerNorm(width, bias=bias)
        self.up, self.down = nn.Linear(width, 4 * width, bias=bias), nn.Linear(4 * width, width, bias=bias)

    def forward(self, h: torch.Tensor, *context: torch.Tensor) -> Any:
        h = h + self.attend(self.norm1(h), *context)
        return h + self.down(F.gelu(self.up(self.norm2(h))))


class _GPT(nn.Module):
    def __init__(self, sizes: dict[str, int], length: int, attention: Callable[[int, int], _Heads]) -> None:
        super().__init__()
        width, layers = sizes["width"], sizes["layers"]
        self.tokens, self.positions = nn.Embedding(sizes["vocabulary"], width), nn.Embedding(length, width)
        self.blocks = nn.ModuleList(_Block(attention(width, sizes["heads"]), width, bias=False) for _ in range(layers))
        self.norm = nn.LayerNorm(width, bias=False)
        self.head = nn.Linear(width, sizes["vocabulary"], bias=False)
        self.head.weight = self.tokens.weight
        self.apply(_draw)
        for name, weight in self.named_parameters():
            if name.endswith(("outward.weight", "down.weight")):
                nn.init.normal_(weight, std=0.02 / math.sqrt(2 * layers))


class _TrainedGPT(_GPT):
    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__(sizes, sizes["sequence"], partial(_Attention, bias=False, causal=True))

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> Any:
        h = self.tokens(x) + self.positions(torch.arange(x.shape[1], device=x.device))
        for block in self.blocks:
            h = block(h)
        return F.cross_entropy(self.head(self.norm(h)).flatten(0, 1), y.flatten())


class _GeneratingGPT(_GPT):
    visible: torch.Tensor

    def __init__(self, sizes: dict[str, int], length: int) -> None:
        super().__init__(sizes, length, partial(_CachedAttention, batch=sizes["batch"], length=length))
        self.register_buffer("visible", torch.ones(length, length, dtype=torch.bool).tril())

    def forward(self, x: torch.Tensor, places: torch.Tensor) -> Any:
        h, visible = self.tokens(x) + self.positions(places), self.visible[places]
        for block in self.blocks:
            h = block(h, places, visible)
        return self.head(self.norm(h[:, -1]))


class _Encoder(nn.Module):
    """Blocks that see all of a text but its padding."""

    def __init__(self, sizes: dict[str, int], rate: float = 0.1) -> None:
        super().__init__()
        width = sizes["width"]
        self.tokens, self.positions = nn.Embedding(sizes["vocabulary"], width), nn.Embedding(sizes["sequence"], width)
        self.norm, self.dropout = nn.LayerNorm(width), nn.Dropout(rate)
        self.blocks = nn.ModuleList(_EncoderBlock(width, sizes["heads"], rate) for _ in range(sizes["layers"]))

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> Any:
        h = self.tokens(x) + self.positions(torch.arange(x.shape[1], device=x.device))
        h, visible = self.dropout(self.norm(h)), mask[:, None, None, :]
        for block in self.blocks:
            h = block(h, visible)
        return h


class _Classifier(nn.Module):
    def __init__(self, sizes: dict[str, int], rate: float = 0.1) -> None:
        super().__init__()
        width = sizes["width"]
        self.encoder, self.dropout = _Encoder(sizes), nn.Dropout(rate)
        self.dense, self.head = nn.Linear(width, width), nn.Linear(width, 2)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> Any:
        first = self.encoder(x, mask)[:, 0]
        return self.head(self.dropout(F.relu(self.dense(first))))


class _Tagger(nn.Module):
    def __init__(self, sizes: dict[str, int], rate: float = 0.1, tags: int = 9) -> None:
        super().__init__()
        self.encoder, self.dropout, self.head = _Encoder(sizes), nn.Dropout(rate), nn.Linear(sizes["width"], tags)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> Any:
        return self.head(self.dropout(self.encoder(x, mask))).flatten(0, 1)


class _EncoderBlock(nn.Module):
    def __init__(self, width: int, heads: int, rate: float) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, width)
        self.outward = nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.norm1, self.norm2, self.dropout = nn.LayerNorm(width), nn.LayerNorm(width), nn.Dropout(rate)

    def forward(self, h: torch.Tensor, visible: torch.Tensor) -> Any:
        q, k, v = (
            dense(h).unflatten(-1, (self.heads, -1)).transpose(1, 2) for dense in (self.query, self.key, self.value)
        )
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=visible)
        h = self.norm1(h + self.dropout(self.outward(y.transpose(1, 2).flatten(2))))
        return self.norm2(h + self.dropout(self.down(F.gelu(self.up(h)))))


def _draw(module: nn.Module) -> None:
    if isinstance(module, (nn.Linear, nn.Embedding)):
        nn.init.normal_(module.weight, std=0.02)
    if isinstance(module, nn.Linear) and module.bias is not None:
        nn.init.zeros_(module.bias)


def gpt_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    torch.manual_seed(inputs["seed"])
    return _decoding(_TrainedGPT(sizes), 1e-3, inputs)


def _decoding(model: nn.Module, rate: float, inputs: dict[str, Any]) -> Built:
    model = model.to(_here["device"])
    compiled = _here["compile"](model)
    optimiser = _adamw(model, rate=rate, betas=(0.9, 0.95), decay=0.1)
    return _training(model, optimiser, inputs, lambda batch: compiled(batch["x"], batch["y"]), clip=1.0)


def bert_finetune(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    torch.manual_seed(inputs["seed"])
    return _encoding(_Classifier(sizes), inputs)


def tagger_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    torch.manual_seed(inputs["seed"])
    return _encoding(_Tagger(sizes), inputs)


def _encoding(model: nn.Module, inputs: dict[str, Any]) -> Built:
    model = model.apply(_draw).to(_here["device"])
    compiled = _here["compile"](model)

    def loss(batch: Batch) -> Any:
        return F.cross_entropy(compiled(batch["x"], batch["mask"]), batch["y"].flatten())

    optimiser = _adamw(model, rate=5e-5, betas=(0.9, 0.999), decay=0.01)
    return _training(model, optimiser, inputs, loss, clip=1.0)


def gpt_generate(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    torch.manual_seed(inputs["seed"])
    return _generating(_GeneratingGPT(sizes, sizes["sequence"] + sizes["new_tokens"]), inputs, sizes)


def _generating(model: nn.Module, inputs: dict[str, Any], sizes: dict[str, int], *, shown: bool = False) -> Built:
    """Take the likeliest token every time; where they are shown, each is on the host before the next."""
    prompt, model = sizes["sequence"], model.to(_here["device"]).eval()
    following = _here["compile"](model)

    @torch.inference_mode()
    def step(state: _Answered) -> _Answered:
        x = _batch(inputs, state.turn)["x"]
        places = torch.arange(prompt, device=x.device)
        tokens = []
        for _ in range(sizes["new_tokens"]):
            logits = following(x, places)
            x, places = logits.argmax(dim=-1, keepdim=True), places[-1:] + 1
            tokens.append(_get(x) if shown else x)
        results = [_get(logits), np.concatenate(tokens, axis=1) if shown else _get(torch.cat(tokens, dim=1))]
        return _Answered(state.params, state.turn + 1, results)

    return _Answered(list(model.parameters())), step, _results


class _Residual(nn.Module):
    expansion = 1

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after)
        self.conv2, self.norm2 = nn.Conv2d(after, after, 3, 1, 1, bias=False), nn.BatchNorm2d(after)
        self.shortcut = _shortcut(before, after, stride)

    def forward(self, x: torch.Tensor) -> Any:
        y = F.relu(self.norm1(self.conv1(x)))
        return F.relu(self.norm2(self.conv2(y)) + self.shortcut(x))


def _shortcut(before: int, after: int, stride: int) -> nn.Module:
    if before == after:
        return nn.Identity()
    return nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))


class _ResNet(nn.Sequential):
    def __init__(
        self, stem: list[nn.Module], width: int, blocks: list[int], classes: int, residual: Any = _Residual
    ) -> None:
        stages, before = [], width
        for stage, count in enumerate(blocks):
            for block in range(count):
                stages.append(residual(before, width << stage, 2 if stage and not block else 1))
                before = residual.expansion * width << stage
        head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, classes)]
        super().__init__(*stem, *stages, *head)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


def resnet_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    torch.manual_seed(inputs["seed"])
    width = sizes["width"]
    stem = [nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
    model: Any = _ResNet(stem, width, [(sizes["depth"] - 2) // 6] * 3, 10)
    model = model.to(_here["device"]).to(memory_format=torch.channels_last)
    compiled = _here["compile"](model)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)

    return _training(model, optimiser, inputs, lambda batch: F.cross_entropy(compiled(batch["x"]), batch["y"]))


def resnet_infer(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    torch.manual_seed(inputs["seed"])
    width, blocks = sizes["width"], {18: [2, 2, 2, 2], 34: [3, 4, 6, 3]}[sizes["depth"]]
    return _classifying(_ResNet(_stem(width), width, blocks, 1000), inputs)


def _stem(width: int) -> list[nn.Module]:
    return [nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]


class _ViT(nn.Module):
    def __init__(self, sizes: dict[str, int], patch: int = 16, classes: int = 1000) -> None:
        super().__init__()
        width = sizes["width"]
        self.patches = nn.Conv2d(3, width, patch, patch)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(0.02 * torch.randn(1, (sizes["image"] // patch) ** 2 + 1, width))
        self.blocks = nn.Sequential(
            *(
                _Block(_Attention(width, sizes["heads"], bias=True, causal=False), width, bias=True)
                for _ in range(sizes["layers"])
            )
        )
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, classes)
        self.apply(_draw)

    def forward(self, x: torch.Tensor) -> Any:
        h = self.patches(x).flatten(2).transpose(1, 2)
        h = torch.cat([self.token.expand(len(h), -1, -1), h], dim=1) + self.positions
        return self.head(self.norm(self.blocks(h)[:, 0]))


def vit_infer(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    torch.manual_seed(inputs["seed"])
    return _classifying(_ViT(sizes), inputs)


def _tables(count: int, rows: int, dim: int, draw: Callable[[torch.Tensor], Any]) -> nn.ModuleList:
    tables = [nn.Embedding(rows, dim, sparse=True) for _ in range(count)]
    for table in tables:
        draw(table.weight)
    return nn.ModuleList(tables)


class _DLRM(nn.Module):
    def __init__(self, sizes: dict[str, int], features: int = 13) -> None:
        super().__init__()
        tables, rows, dim = sizes["tables"], sizes["table_rows"], sizes["embedding_dim"]
        hidden = [sizes["mlp_width"]] * sizes["mlp_layers"]
        self.tables = _tables(tables, rows, dim, partial(nn.init.uniform_, a=-(rows**-0.5), b=rows**-0.5))
        self.crossing = _Crossing(
            nn.Sequential(_mlp([features, *hidden, dim], nn.ReLU), nn.ReLU()),
            _mlp([dim + tables * (tables + 1) // 2, *hidden, 1], nn.ReLU),
            tables + 1,
        )


class _Crossing(nn.Module):
    """All of DLRM but its tables."""

    pairs: torch.Tensor

    def __init__(self, bottom: nn.Module, top: nn.Module, vectors: int) -> None:
        super().__init__()
        self.bottom, self.top = bottom, top
        self.register_buffer("pairs", torch.tril_indices(vectors, vectors, offset=-1))

    def forward(self, numbers: torch.Tensor, picked: list[torch.Tensor]) -> Any:
        first = self.bottom(numbers)
        vectors = torch.stack([first, *picked], dim=1)
        products = torch.bmm(vectors, vectors.transpose(1, 2))[:, self.pairs[0], self.pairs[1]]
        return self.top(torch.cat([first, products], dim=1)).squeeze(1)


def dlrm_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    torch.manual_seed(inputs["seed"])
    model = _DLRM(sizes).to(_here["device"])
    crossing = _here["compile"](model.crossing)  # the compiler has no sparse gradients, so tables stay outside

    def loss(batch: Batch) -> Any:
        picked = [table(rows) for table, rows in zip(model.tables, batch["picks"].unbind(1))]  # noqa: B905 - Python 3.9
        return F.binary_cross_entropy_with_logits(crossing(batch["numbers"], picked), batch["y"])

    return _training(model, torch.optim.SGD(model.parameters(), lr=0.1), inputs, loss)


class _NeuMF(nn.Module):
    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__()
        rows, dim = sizes["table_rows"], sizes["embedding_dim"]
        widths = [2 * dim, *(sizes["mlp_width"] >> layer for layer in range(sizes["mlp_layers"]))]
        self.tables = _tables(4, rows, dim, partial(nn.init.normal_, std=0.01))
        self.judging = _Judging(nn.Sequential(_mlp(widths, nn.ReLU), nn.ReLU()), nn.Linear(dim + widths[-1], 1))


class _Judging(nn.Module):
    """All of NeuMF but its tables."""

    def __init__(self, deep: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.deep, self.head = deep, head

    def forward(self, user1: Any, item1: Any, user2: Any, item2: Any) -> Any:
        deep = self.deep(torch.cat([user2, item2], dim=1))
        return self.head(torch.cat([user1 * item1, deep], dim=1)).squeeze(1)


def ncf_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    torch.manual_seed(inputs["seed"])
    model = _NeuMF(sizes).to(_here["device"])
    judging = _here["compile"](model.judging)

    def loss(batch: Batch) -> Any:
        rows = (batch["users"], batch["items"]) * 2
        picked = [table(row) for table, row in zip(model.tables, rows)]  # noqa: B905 - Python 3.9
        return F.binary_cross_entropy_with_logits(judging(*picked), batch["y"])

    return _training(model, _Both(model.judging, model.tables), inputs, loss)


class _Both:
    """Adam for dense layers and Adam for tables as one optimiser."""

    def __init__(self, dense: nn.Module, tables: nn.Module) -> None:
        self._optimisers = (
            torch.optim.Adam(dense.parameters(), lr=1e-3, fused=True),
            torch.optim.SparseAdam(list(tables.parameters()), lr=1e-3),
        )

    def zero_grad(self, *, set_to_none: bool) -> None:
        for optimiser in self._optimisers:
            optimiser.zero_grad(set_to_none=set_to_none)

    def step(self) -> None:
        for optimiser in self._optimisers:
            optimiser.step()


def dqn_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    torch.manual_seed(inputs["seed"])
    widths = [sizes["width"], *[sizes["mlp_width"]] * sizes["mlp_layers"], sizes["width"] // 2]
    model = _mlp(widths, nn.ReLU).to(_here["device"])
    target = copy.deepcopy(model).requires_grad_(requires_grad=False)
    values, later = _here["compile"](model), _here["compile"](target)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    replay = {name: array.copy() for name, array in inputs["replay"].items()}
    capacity = len(replay["action"])

    def act(batch: dict[str, Any], turn: int) -> None:
        for number, (explores, random) in enumerate(zip(batch["explores"], batch["random"])):  # noqa: B905 - Python 3.9
            seen, action = batch["seen"][number], random
            if not explores:
                with torch.no_grad():
                    action = values(_put(seen[None])).argmax(dim=1).item()
            place = (turn * len(batch["random"]) + number) % capacity
            replay["seen"][place], replay["next"][place] = seen, batch["seen"][number + 1]
            replay["action"][place], replay["reward"][place], replay["ended"][place] = action, 1, 0

    def loss(batch: Batch) -> Any:
        with torch.no_grad():
            best = later(batch["next"]).amax(dim=1)
            wanted = batch["reward"] + 0.99 * (1 - batch["ended"]) * best
        taken = values(batch["seen"]).gather(1, batch["action"][:, None]).squeeze(1)
        return F.smooth_l1_loss(taken, wanted)

    def step(state: _Trained) -> _Trained:
        batch = inputs["batches"][state.turn % len(inputs["batches"])]
        act(batch, state.turn)
        optimiser.zero_grad(set_to_none=True)
        value = loss({name: _put(array[batch["rows"]]) for name, array in replay.items()})
        value.backward()
        optimiser.step()
        with torch.no_grad():
            for slow, quick in zip(target.parameters(), model.parameters()):  # noqa: B905 - Python 3.9
                slow.lerp_(quick, 0.005)
        return _Trained(state.params, state.turn + 1, value.detach())

    return _Trained([*model.parameters(), *target.parameters()]), step, _loss


def pinn_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    order = sizes["derivative_order"]
    derivatives = _derivatives if _here["variant"] == "eager" else _traceable_derivatives

    def residual(model: nn.Module, points: torch.Tensor) -> Any:
        u, u_t, u_x, u_n = derivatives(model, points, order)
        return u_t + u * u_x - 0.01 * u_n

    return _physics(2, residual, inputs, sizes)


def _physics(
    numbers: int, residual: Callable[[nn.Module, torch.Tensor], Any], inputs: dict[str, Any], sizes: dict[str, int]
) -> Built:
    torch.manual_seed(inputs["seed"])
    model = _mlp([numbers, *[sizes["mlp_width"]] * sizes["mlp_layers"], 1], nn.Tanh)
    for layer in model:
        if isinstance(layer, nn.Linear):
            nn.init.xavier_normal_(layer.weight)
            nn.init.zeros_(layer.bias)
    model = model.to(_here["device"])

    def loss(batch: Batch) -> Any:
        inner = residual(model, batch["inside"]).square().mean()
        return inner + F.mse_loss(model(batch["edge"]), batch["value"])

    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    return _training(model, optimiser, inputs, _here["compile"](loss))


def _derivatives(model: nn.Module, points: torch.Tensor, order: int) -> tuple[torch.Tensor, ...]:
    """Differentiate u by t, by x, and by x as often as `order` says."""
    t, x = (column.detach().requires_grad_() for column in points.chunk(2, dim=1))
    u = model(torch.cat([t, x], dim=1))
    (u_x,) = (u_n,) = _slopes(u, x)
    for _ in range(order - 1):
        (u_n,) = _slopes(u_n, x)
    return u, *_slopes(u, t), u_x, u_n


def _slopes(u: torch.Tensor, *columns: torch.Tensor) -> tuple[torch.Tensor, ...]:
    return torch.autograd.grad(u, columns, torch.ones_like(u), create_graph=True)


def _traceable_derivatives(model: nn.Module, points: torch.Tensor, order: int) -> tuple[torch.Tensor, ...]:
    """Do the same in functions of functions: the compiler does not look into `torch.autograd.grad`."""

    def u(t: torch.Tensor, x: torch.Tensor) -> Any:
        return model(torch.cat([t, x], dim=1))

    t, x = points.chunk(2, dim=1)
    u_x = u_n = _traceable_slope(u, 1)
    for _ in range(order - 1):
        u_n = _traceable_slope(u_n, 1)
    return u(t, x), _traceable_slope(u, 0)(t, x), u_x(t, x), u_n(t, x)


def _traceable_slope(f: Callable[..., Any], argument: int) -> Callable[..., Any]:
    return torch.func.grad(lambda *columns: f(*columns).sum(), argnums=argument)


def ode_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    torch.manual_seed(inputs["seed"])
    f = _mlp([sizes["width"], *[sizes["mlp_width"]] * sizes["mlp_layers"], sizes["width"]], nn.Tanh)
    f, size = f.to(_here["device"]), 1 / sizes["solver_steps"]

    def path(y: torch.Tensor) -> torch.Tensor:
        states = []
        for _ in range(sizes["solver_steps"]):
            k1 = f(y)
            k2 = f(y + size / 2 * k1)
            k3 = f(y + size / 2 * k2)
            k4 = f(y + size * k3)
            y = y + size / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
            states.append(y)
        return torch.stack(states)

    solve, optimiser = _here["compile"](path), torch.optim.Adam(f.parameters(), lr=1e-3, fused=True)
    return _training(f, optimiser, inputs, lambda batch: F.mse_loss(solve(batch["start"]), batch["path"]))


class _TurnedHeads(_Heads):
    """Has three layers in place of one, and turns queries and keys by their position."""

    def __init__(self, width: int, heads: int, *, bias: bool) -> None:
        super().__init__(width, heads, bias=bias)
        widths = width, width // self.group, width // self.group
        self.inward = nn.ModuleList(nn.Linear(width, each, bias=bias) for each in widths)

    def split(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        shape = (-1, x.shape[-1] // self.heads)
        return tuple(dense(x).unflatten(-1, shape).transpose(1, 2) for dense in self.inward)

    def part(self, x: torch.Tensor, *turn: torch.Tensor) -> tuple[torch.Tensor, ...]:
        q, k, v = self.split(x)
        return _turn(q, *turn), _turn(k, *turn), v


def _turn(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Turn pairs of numbers, one from either half; PyTorch has no operation of its own for it."""
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-second, first], dim=-1) * sin


class _TurnedAttention(_Attention, _TurnedHeads):
    """Attends to what stands before, by how far before."""


class _CachedTurnedAttention(_CachedAttention, _TurnedHeads):
    """Does so from a cache, whose keys are turned."""


class _LlamaBlock(nn.Module):
    def __init__(self, attend: _Heads, width: int, hidden: int) -> None:
        super().__init__()
        self.norm1, self.attend = nn.RMSNorm(width, eps=1e-5), attend
        self.norm2 = nn.RMSNorm(width, eps=1e-5)
        self.gate, self.up = nn.Linear(width, hidden, bias=False), nn.Linear(width, hidden, bias=False)
        self.down = nn.Linear(hidden, width, bias=False)

    def forward(self, h: torch.Tensor, *context: torch.Tensor) -> Any:
        h = h + self.attend(self.norm1(h), *context)
        z = self.norm2(h)
        return h + self.down(F.silu(self.gate(z)) * self.up(z))


class _Llama(nn.Module):
    cos: torch.Tensor
    sin: torch.Tensor

    def __init__(self, sizes: dict[str, int], length: int, attention: Callable[[int, int], _Heads]) -> None:
        super().__init__()
        width, heads, hidden = sizes["width"], sizes["heads"], self.hidden(sizes["width"])
        self.tokens = nn.Embedding(sizes["vocabulary"], width)
        self.blocks = nn.ModuleList(_LlamaBlock(attention(width, heads), width, hidden) for _ in range(sizes["layers"]))
        self.norm, self.head = nn.RMSNorm(width, eps=1e-5), nn.Linear(width, sizes["vocabulary"], bias=False)
        self.apply(_draw)
        speeds = 10_000.0 ** -(torch.arange(0, width // heads, 2) / (width // heads))
        angles = torch.outer(torch.arange(length), speeds).repeat(1, 2)
        self.register_buffer("cos", angles.cos())
        self.register_buffer("sin", angles.sin())

    def hidden(self, width: int) -> int:
        """Give 8 / 3 of it, rounded up."""
        return 32 * math.ceil(width / 12)


class _TrainedLlama(_Llama):
    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__(sizes, sizes["sequence"], partial(_TurnedAttention, bias=False, causal=True))

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> Any:
        h = self.tokens(x)
        for block in self.blocks:
            h = block(h, self.cos, self.sin)
        return F.cross_entropy(self.head(self.norm(h)).flatten(0, 1), y.flatten())


class _ChattingLlama(_Llama):
    visible: torch.Tensor
    attention: type[_CachedAttention] = _CachedTurnedAttention

    def __init__(self, sizes: dict[str, int], length: int) -> None:
        super().__init__(sizes, length, partial(self.attention, batch=sizes["batch"], length=length))
        self.register_buffer("visible", torch.ones(length, length, dtype=torch.bool).tril())

    def forward(self, x: torch.Tensor, places: torch.Tensor) -> Any:
        h, visible, turn = self.tokens(x), self.visible[places], (self.cos[places], self.sin[places])
        for block in self.blocks:
            h = block(h, places, visible, *turn)
        return self.head(self.norm(h[:, -1]))


def llama_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    torch.manual_seed(inputs["seed"])
    return _decoding(_TrainedLlama(sizes), 3e-4, inputs)


def llama_chat(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    torch.manual_seed(inputs["seed"])
    return _generating(_ChattingLlama(sizes, sizes["sequence"] + sizes["new_tokens"]), inputs, sizes, shown=True)


class _GroupedHeads(_TurnedHeads):
    """Normalises queries and keys before it turns them; two heads of queries share one of keys and values."""

    group = 2

    def __init__(self, width: int, heads: int, *, bias: bool) -> None:
        super().__init__(width, heads, bias=bias)
        self.norm_q, self.norm_k = nn.RMSNorm(width // heads, eps=1e-5), nn.RMSNorm(width // heads, eps=1e-5)

    def split(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        q, k, v = super().split(x)
        return self.norm_q(q), self.norm_k(k), v


class _GroupedAttention(_GroupedHeads):
    def forward(self, x: torch.Tensor, visible: torch.Tensor, *turn: torch.Tensor) -> Any:
        q, k, v = self.part(x, *turn)
        return self.join(F.scaled_dot_product_attention(q, k, v, attn_mask=visible, enable_gqa=True))


class _CachedGroupedAttention(_CachedAttention, _GroupedHeads):
    """Does so from a cache of the fewer heads."""


class _Qwen(_Llama):
    def __init__(self, sizes: dict[str, int], length: int, attention: Callable[[int, int], _Heads]) -> None:
        super().__init__(sizes, length, attention)
        self.head.weight = self.tokens.weight

    def hidden(self, width: int) -> int:
        return 3 * width


class _TrainedQwen(_Qwen):
    causal: torch.Tensor

    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__(sizes, sizes["sequence"], partial(_GroupedAttention, bias=False))
        self.register_buffer("causal", torch.ones(sizes["sequence"], sizes["sequence"], dtype=torch.bool).tril())

    def forward(self, x: torch.Tensor, mask: torch.Tensor, y: torch.Tensor, answer: torch.Tensor) -> Any:
        h, visible = self.tokens(x), self.causal & mask[:, None, None, :]
        for block in self.blocks:
            h = block(h, visible, self.cos, self.sin)
        y = y.masked_fill(~answer, -100)  # what cross-entropy ignores
        return F.cross_entropy(self.head(self.norm(h)).flatten(0, 1), y.flatten())


class _ChattingQwen(_ChattingLlama, _Qwen):
    attention = _CachedGroupedAttention


def qwen_finetune(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    torch.manual_seed(inputs["seed"])
    model = _TrainedQwen(sizes).to(_here["device"])
    compiled = _here["compile"](model)
    optimiser = _adamw(model, rate=2e-5, betas=(0.9, 0.999), decay=0.01)
    return _training(model, optimiser, inputs, lambda batch: compiled(**batch), clip=1.0)


def qwen_chat(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    torch.manual_seed(inputs["seed"])
    return _generating(_ChattingQwen(sizes, sizes["sequence"] + sizes["new_tokens"]), inputs, sizes, shown=True)


def vit_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    torch.manual_seed(inputs["seed"])
    model: Any = _ViT(sizes, patch=sizes["image"] // math.isqrt(sizes["sequence"]), classes=10)
    nn.init.normal_(model.patches.weight, std=0.02)  # as a dense layer: `_draw` leaves convolutions to PyTorch
    nn.init.zeros_(model.patches.bias)
    model = model.to(_here["device"]).to(memory_format=torch.channels_last)
    compiled = _here["compile"](model)
    optimiser = _adamw(model, rate=1e-3, betas=(0.9, 0.999), decay=0.05, spared=("token", "positions"))
    return _training(model, optimiser, inputs, lambda batch: F.cross_entropy(compiled(batch["x"]), batch["y"]))


class _Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, before: int, inner: int, stride: int) -> None:
        super().__init__()
        after = self.expansion * inner
        self.conv1, self.norm1 = nn.Conv2d(before, inner, 1, bias=False), nn.BatchNorm2d(inner)
        self.conv2, self.norm2 = nn.Conv2d(inner, inner, 3, stride, 1, bias=False), nn.BatchNorm2d(inner)
        self.conv3, self.norm3 = nn.Conv2d(inner, after, 1, bias=False), nn.BatchNorm2d(after)
        self.shortcut = _shortcut(before, after, stride)

    def forward(self, x: torch.Tensor) -> Any:
        y = F.relu(self.norm1(self.conv1(x)))
        y = F.relu(self.norm2(self.conv2(y)))
        return F.relu(self.norm3(self.conv3(y)) + self.shortcut(x))


def bottleneck_infer(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    torch.manual_seed(inputs["seed"])
    width, blocks = sizes["width"], {50: [3, 4, 6, 3]}[sizes["depth"]]
    return _classifying(_ResNet(_stem(width), width, blocks, 1000, _Bottleneck), inputs)


class _TwoTowers(nn.Module):
    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__()
        dim, hidden = sizes["embedding_dim"], [sizes["mlp_width"]] * sizes["mlp_layers"]
        self.tables = _tables(2, sizes["table_rows"], dim, partial(nn.init.normal_, std=0.05))
        self.meeting = _Meeting(*(_mlp([dim, *hidden, dim], nn.ReLU) for _ in range(2)))


class _Meeting(nn.Module):
    """All of the towers but their tables."""

    def __init__(self, user: nn.Module, item: nn.Module) -> None:
        super().__init__()
        self.user, self.item = user, item

    def forward(self, user: torch.Tensor, item: torch.Tensor) -> Any:
        return self.user(user) @ self.item(item).T


def towers_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    torch.manual_seed(inputs["seed"])
    model = _TwoTowers(sizes).to(_here["device"])
    meeting, (users, items) = _here["compile"](model.meeting), model.tables

    def loss(batch: Batch) -> Any:
        logits = meeting(users(batch["users"]), items(batch["items"]))
        return F.cross_entropy(logits, torch.arange(len(logits), device=logits.device))

    return _training(model, _Both(model.meeting, model.tables), inputs, loss)


class _ActorCritic(nn.Module):
    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__()
        inward = [sizes["width"], *[sizes["mlp_width"]] * sizes["mlp_layers"]]
        self.policy, self.value = _mlp([*inward, sizes["width"] // 2], nn.Tanh), _mlp([*inward, 1], nn.Tanh)

    def forward(self, seen: torch.Tensor) -> Any:
        return F.log_softmax(self.policy(seen), dim=1), self.value(seen).squeeze(1)


def ppo_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    torch.manual_seed(inputs["seed"])
    model = _ActorCritic(sizes).to(_here["device"])
    judge = _here["compile"](model)
    rollout = {name: array.copy() for name, array in inputs["rollout"].items()}
    capacity = len(rollout["action"])

    def act(batch: dict[str, Any], turn: int) -> None:
        for number, (seen, chance) in enumerate(zip(batch["seen"], batch["chance"])):  # noqa: B905 - Python 3.9
            with torch.no_grad():
                logs, value = (_get(each)[0] for each in judge(_put(seen[None])))
            action = min(np.searchsorted(np.exp(logs).cumsum(), chance, side="right"), len(logs) - 1)
            place = (turn * len(batch["chance"]) + number) % capacity
            rollout["seen"][place], rollout["action"][place] = seen, action
            rollout["chosen"][place], rollout["value"][place] = logs[action], value

    def experience(turn: int) -> Batch:
        batch = inputs["batches"][turn % len(inputs["batches"])]
        act(batch, turn)
        return {name: _put(array[batch["rows"]]) for name, array in rollout.items() if name != "value"}

    def loss(batch: Batch) -> Any:
        logs, value = judge(batch["seen"])
        ratio = (logs.gather(1, batch["action"][:, None]).squeeze(1) - batch["chosen"]).exp()
        gain = torch.minimum(ratio * batch["advantage"], ratio.clamp(0.8, 1.2) * batch["advantage"]).mean()
        entropy = -(logs.exp() * logs).sum(dim=1).mean()
        return F.mse_loss(value, batch["wanted"]) / 2 - gain - 0.01 * entropy

    optimiser = torch.optim.Adam(model.parameters(), lr=3e-4, eps=1e-5, fused=True)
    return _learning(model, optimiser, experience, loss, clip=0.5)


def heat_train(inputs: dict[str, Any], sizes: dict[str, int]) -> Built:
    curvatures = _curvatures if _here["variant"] == "eager" else _traceable_curvatures

    def residual(model: nn.Module, points: torch.Tensor) -> Any:
        u_t, u_xx, u_yy = curvatures(model, points)
        return u_t - 0.1 * (u_xx + u_yy)

    return _physics(3, residual, inputs, sizes)


def _curvatures(model: nn.Module, points: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Differentiate u by t, and twice by x and by y."""
    t, x, y = (column.detach().requires_grad_() for column in points.chunk(3, dim=1))
    u_t, u_x, u_y = _slopes(model(torch.cat([t, x, y], dim=1)), t, x, y)
    return u_t, *_slopes(u_x, x), *_slopes(u_y, y)


def _traceable_curvatures(model: nn.Module, points: torch.Tensor) -> tuple[torch.Tensor, ...]:
    def u(*columns: torch.Tensor) -> Any:
        return model(torch.cat(columns, dim=1))

    twice = (_traceable_slope(_traceable_slope(u, argument), argument) for argument in (1, 2))
    return tuple(slope(*points.chunk(3, dim=1)) for slope in (_traceable_slope(u, 0), *twice))


def _mlp(widths: list[int], activation: type[nn.Module]) -> nn.Sequential:
    """Join dense layers, with an activation between."""
    layers: list[nn.Module] = []
    for before, after in zip(widths, widths[1:]):  # noqa: B905, RUF007 - Python 3.9
        layers += [nn.Linear(before, after), activation()]
    return nn.Sequential(*layers[:-1])


def _adamw(
    model: nn.Module, rate: float, betas: tuple[float, float], decay: float, spared: tuple[str, ...] = ()
) -> torch.optim.Optimizer:
    """Let only matrices decay, and of these not what is spared."""
    decays: dict[bool, list[torch.Tensor]] = {True: [], False: []}
    for name, param in model.named_parameters():
        decays[param.ndim >= 2 and name not in spared].append(param)
    groups = [{"params": decays[True], "weight_decay": decay}, {"params": decays[False], "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, betas=betas, eps=1e-8, fused=True)


def _training(
    model: nn.Module, optimiser: Any, inputs: dict[str, Any], loss: Callable[[Batch], Any], clip: float = 0.0
) -> Built:
    return _learning(model, optimiser, partial(_batch, inputs), loss, clip)


def _learning(
    model: nn.Module, optimiser: Any, bring: Callable[[int], Batch], loss: Callable[[Batch], Any], clip: float
) -> Built:
    def step(state: _Trained) -> _Trained:
        batch = bring(state.turn)
        optimiser.zero_grad(set_to_none=True)
        value = loss(batch)
        value.backward()
        if clip:
            nn.utils.clip_grad_norm_(state.params, clip)
        optimiser.step()
        return _Trained(state.params, state.turn + 1, value.detach(), _image(batch))

    return _Trained(list(model.parameters())), step, _loss


def _classifying(model: Any, inputs: dict[str, Any]) -> Built:
    model = model.to(_here["device"]).to(memory_format=torch.channels_last).eval()
    compiled = _here["compile"](model)

    @torch.inference_mode()
    def step(state: _Answered) -> _Answered:
        batch = _batch(inputs, state.turn)
        return _Answered(state.params, state.turn + 1, [_get(compiled(batch["x"]))], _image(batch))

    return _Answered(list(model.parameters())), step, _results


def _batch(inputs: dict[str, Any], turn: int) -> Batch:
    """Bring over the batch whose turn it is."""
    batches = inputs["batches"]
    return {name: _put(array) for name, array in batches[turn % len(batches)].items()}


def _put(array: Any) -> torch.Tensor:
    """Bring over an array; images are channels-last in memory, as they came."""
    tensor = torch.from_numpy(array).to(_here["device"])
    return tensor.permute(0, 3, 1, 2) if tensor.ndim == 4 else tensor


def _image(batch: Batch) -> torch.Tensor | None:
    x = batch.get("x")
    return x if x is not None and x.ndim == 4 else None


def _get(tensor: torch.Tensor) -> Any:
    return tensor.cpu().numpy()


def _loss(state: _Trained) -> list[Any]:
    return [] if state.loss is None else [_get(state.loss)]


def _results(state: _Answered) -> Any:
    return state.results
