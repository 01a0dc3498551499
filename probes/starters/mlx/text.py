"""One training step in MLX: a small transformer that predicts the next token of a text that is made up."""

import mlx.core as mx
from mlx import nn
from mlx.optimizers import AdamW

BATCH, LENGTH, WORDS, WIDTH = 16, 64, 1000, 128


class Transformer(nn.Module):
    """Two layers, each token of which sees those before it."""

    def __init__(self):
        super().__init__()
        self.token = nn.Embedding(WORDS, WIDTH)
        self.position = nn.Embedding(LENGTH, WIDTH)
        self.layers = nn.TransformerEncoder(num_layers=2, dims=WIDTH, num_heads=4, norm_first=True)
        self.head = nn.Linear(WIDTH, WORDS)

    def __call__(self, tokens):
        """For each token, how likely every word is to follow it, as logits."""
        length = tokens.shape[1]
        mask = nn.MultiHeadAttention.create_additive_causal_mask(length)
        return self.head(self.layers(self.token(tokens) + self.position(mx.arange(length)), mask))


def loss_of(model, text):
    """The mean cross entropy of each token that follows."""
    return nn.losses.cross_entropy(model(text[:, :-1]), text[:, 1:], reduction="mean")


def main():
    """Train one step, and print the loss before and after it."""
    mx.random.seed(0)
    text = mx.random.randint(0, WORDS, (BATCH, LENGTH + 1))
    model, optimiser = Transformer(), AdamW(learning_rate=1e-3)

    before, gradients = nn.value_and_grad(model, loss_of)(model, text)
    optimiser.update(model, gradients)
    mx.eval(before, model.parameters(), optimiser.state)
    after = loss_of(model, text)
    print(f"on {mx.default_device()}: loss {before.item():.4f} before the step, {after.item():.4f} after it")


if __name__ == "__main__":
    main()
