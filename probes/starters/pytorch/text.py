"""One training step in PyTorch: a small transformer that predicts the next token of a text that is made up."""

import torch
from torch import nn
from torch.nn.functional import cross_entropy

BATCH, LENGTH, WORDS, WIDTH = 16, 64, 1000, 128


class Transformer(nn.Module):
    """Two layers, each token of which sees those before it."""

    def __init__(self) -> None:
        super().__init__()
        self.token = nn.Embedding(WORDS, WIDTH)
        self.position = nn.Embedding(LENGTH, WIDTH)
        layer = nn.TransformerEncoderLayer(WIDTH, nhead=4, dim_feedforward=4 * WIDTH, dropout=0.0, batch_first=True)
        self.layers = nn.TransformerEncoder(layer, num_layers=2)
        self.head = nn.Linear(WIDTH, WORDS)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """For each token, how likely every word is to follow it, as logits."""
        length = tokens.shape[1]
        hidden = self.token(tokens) + self.position(torch.arange(length, device=tokens.device))
        mask = nn.Transformer.generate_square_subsequent_mask(length, device=tokens.device)
        return self.head(self.layers(hidden, mask=mask, is_causal=True))


def main() -> None:
    """Train one step, and print the loss before and after it."""
    torch.manual_seed(0)
    accelerator = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    device = accelerator or torch.device("cpu")
    text = torch.randint(WORDS, (BATCH, LENGTH + 1), device=device)
    tokens, following = text[:, :-1], text[:, 1:].flatten()
    model = Transformer().to(device)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)

    loss = cross_entropy(model(tokens).flatten(0, 1), following)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    with torch.no_grad():
        after = cross_entropy(model(tokens).flatten(0, 1), following)
    print(f"on {device}: loss {loss.item():.4f} before the step, {after.item():.4f} after it")


if __name__ == "__main__":
    main()
