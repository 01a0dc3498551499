"""One training step in PyTorch: a multilayer perceptron on a table that is made up."""

import torch
from torch import nn
from torch.nn.functional import cross_entropy

ROWS, FEATURES, CLASSES = 256, 32, 10


def main() -> None:
    """Train one step, and print the loss before and after it."""
    torch.manual_seed(0)
    accelerator = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    device = accelerator or torch.device("cpu")
    rows = torch.randn(ROWS, FEATURES, device=device)
    labels = torch.randint(CLASSES, (ROWS,), device=device)
    model = nn.Sequential(nn.Linear(FEATURES, 128), nn.ReLU(), nn.Linear(128, CLASSES)).to(device)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)

    loss = cross_entropy(model(rows), labels)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    with torch.no_grad():
        after = cross_entropy(model(rows), labels)
    print(f"on {device}: loss {loss.item():.4f} before the step, {after.item():.4f} after it")


if __name__ == "__main__":
    main()
