"""One training step in JAX: a small transformer that predicts the next token of a text that is made up."""

import jax
import jax.numpy as jnp

BATCH, LENGTH, WORDS, WIDTH, HEADS, RATE = 16, 64, 1000, 128, 4, 0.1


def parameters(key):
    """The weights of one layer, of what goes in and of what comes out."""
    shapes = {"token": (WORDS, WIDTH), "position": (LENGTH, WIDTH), "heads": (WIDTH, 3, HEADS, WIDTH // HEADS)}
    shapes |= {"joined": (WIDTH, WIDTH), "up": (WIDTH, 4 * WIDTH), "down": (4 * WIDTH, WIDTH), "out": (WIDTH, WORDS)}
    keys = jax.random.split(key, len(shapes))
    return {
        name: jax.random.normal(own, shape) * WIDTH**-0.5
        for own, (name, shape) in zip(keys, shapes.items(), strict=True)
    }


def logits(weights, tokens):
    """For each token, how likely every word is to follow it; it sees those before it."""
    hidden = weights["token"][tokens] + weights["position"]
    query, key, value = jnp.einsum("blw,wphd->pblhd", jax.nn.standardize(hidden), weights["heads"])
    seen = jax.nn.dot_product_attention(query, key, value, is_causal=True)
    hidden += seen.reshape(hidden.shape) @ weights["joined"]
    hidden += jax.nn.gelu(jax.nn.standardize(hidden) @ weights["up"]) @ weights["down"]
    return jax.nn.standardize(hidden) @ weights["out"]


def loss(weights, text):
    """The mean cross entropy of each token that follows."""
    likely = jax.nn.log_softmax(logits(weights, text[:, :-1]))
    return -jnp.take_along_axis(likely, text[:, 1:, None], axis=-1).mean()


@jax.jit
def step(weights, text):
    """The weights after one step of gradient descent, and the loss before it."""
    before, gradients = jax.value_and_grad(loss)(weights, text)
    return jax.tree.map(lambda value, gradient: value - RATE * gradient, weights, gradients), before


def main():
    """Train one step, and print the loss before and after it."""
    of_weights, of_text = jax.random.split(jax.random.key(0))
    text = jax.random.randint(of_text, (BATCH, LENGTH + 1), 0, WORDS)
    weights, before = step(parameters(of_weights), text)
    print(f"on {jax.default_backend()}: loss {before:.4f} before the step, {loss(weights, text):.4f} after it")


if __name__ == "__main__":
    main()
