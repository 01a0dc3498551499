"""One training step in MLX: a multilayer perceptron on a table that is made up."""

import mlx.core as mx
from mlx import nn
from mlx.optimizers import AdamW

ROWS, FEATURES, CLASSES = 256, 32, 10


def loss_of(model, rows, labels):
    """The mean cross entropy."""
    return nn.losses.cross_entropy(model(rows), labels, reduction="mean")


def main():
    """Train one step, and print the loss before and after it."""
    mx.random.seed(0)
    rows = mx.random.normal((ROWS, FEATURES))
    labels = mx.random.randint(0, CLASSES, (ROWS,))
    model = nn.Sequential(nn.Linear(FEATURES, 128), nn.ReLU(), nn.Linear(128, CLASSES))
    optimiser = AdamW(learning_rate=1e-3)

    before, gradients = nn.value_and_grad(model, loss_of)(model, rows, labels)
    optimiser.update(model, gradients)
    mx.eval(before, model.parameters(), optimiser.state)
    after = loss_of(model, rows, labels)
    print(f"on {mx.default_device()}: loss {before.item():.4f} before the step, {after.item():.4f} after it")


if __name__ == "__main__":
    main()
