"""One training step in PyTorch: a convolutional network on images that are made up."""

import torch
from torch import nn
from torch.nn.functional import cross_entropy

BATCH, CHANNELS, SIDE, CLASSES = 32, 3, 32, 10


def network() -> nn.Module:
    """Two convolutions, the mean over the image, and a layer that tells the classes apart."""
    return nn.Sequential(
        nn.Conv2d(CHANNELS, 32, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(64, CLASSES),
    )


def main() -> None:
    """Train one step, and print the loss before and after it."""
    torch.manual_seed(0)
    accelerator = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    device = accelerator or torch.device("cpu")
    images = torch.randn(BATCH, CHANNELS, SIDE, SIDE, device=device)
    labels = torch.randint(CLASSES, (BATCH,), device=device)
    model = network().to(device)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)

    loss = cross_entropy(model(images), labels)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    with torch.no_grad():
        after = cross_entropy(model(images), labels)
    print(f"on {device}: loss {loss.item():.4f} before the step, {after.item():.4f} after it")


if __name__ == "__main__":
    main()
