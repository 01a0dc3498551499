"""One training step in MLX: a convolutional network on images that are made up."""

import mlx.core as mx
from mlx import nn
from mlx.optimizers import AdamW

BATCH, SIDE, CHANNELS, CLASSES = 32, 32, 3, 10


class Network(nn.Module):
    """Two convolutions, the mean over the image, and a layer that tells the classes apart."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(CHANNELS, 32, kernel_size=3, padding=1)
        self.second = nn.Conv2d(32, 64, kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.head = nn.Linear(64, CLASSES)

    def __call__(self, images):
        """How likely every class is, as logits."""
        hidden = self.pool(nn.relu(self.first(images)))
        return self.head(nn.relu(self.second(hidden)).mean(axis=(1, 2)))


def loss_of(model, images, labels):
    """The mean cross entropy."""
    return nn.losses.cross_entropy(model(images), labels, reduction="mean")


def main():
    """Train one step, and print the loss before and after it."""
    mx.random.seed(0)
    images = mx.random.normal((BATCH, SIDE, SIDE, CHANNELS))
    labels = mx.random.randint(0, CLASSES, (BATCH,))
    model, optimiser = Network(), AdamW(learning_rate=1e-3)

    before, gradients = nn.value_and_grad(model, loss_of)(model, images, labels)
    optimiser.update(model, gradients)
    mx.eval(before, model.parameters(), optimiser.state)
    after = loss_of(model, images, labels)
    print(f"on {mx.default_device()}: loss {before.item():.4f} before the step, {after.item():.4f} after it")


if __name__ == "__main__":
    main()
