"""One training step in JAX: a multilayer perceptron on a table that is made up."""

import jax
import jax.numpy as jnp

ROWS, FEATURES, WIDTH, CLASSES, RATE = 256, 32, 128, 10, 0.1


def parameters(key):
    """Weights and offsets of two layers."""
    first, second = jax.random.split(key)
    return [
        (jax.random.normal(first, (FEATURES, WIDTH)) * FEATURES**-0.5, jnp.zeros(WIDTH)),
        (jax.random.normal(second, (WIDTH, CLASSES)) * WIDTH**-0.5, jnp.zeros(CLASSES)),
    ]


def loss(layers, rows, labels):
    """The mean cross entropy."""
    (inner, below), (outer, above) = layers
    likely = jax.nn.log_softmax(jax.nn.relu(rows @ inner + below) @ outer + above)
    return -jnp.take_along_axis(likely, labels[:, None], axis=1).mean()


@jax.jit
def step(layers, rows, labels):
    """The layers after one step of gradient descent, and the loss before it."""
    before, gradients = jax.value_and_grad(loss)(layers, rows, labels)
    return jax.tree.map(lambda value, gradient: value - RATE * gradient, layers, gradients), before


def main():
    """Train one step, and print the loss before and after it."""
    of_layers, of_rows, of_labels = jax.random.split(jax.random.key(0), 3)
    rows = jax.random.normal(of_rows, (ROWS, FEATURES))
    labels = jax.random.randint(of_labels, (ROWS,), 0, CLASSES)
    layers, before = step(parameters(of_layers), rows, labels)
    after = loss(layers, rows, labels)
    print(f"on {jax.default_backend()}: loss {before:.4f} before the step, {after:.4f} after it")


if __name__ == "__main__":
    main()
