"""One training step in JAX: a convolutional network on images that are made up."""

import jax
import jax.numpy as jnp

BATCH, SIDE, CHANNELS, CLASSES, RATE = 32, 32, 3, 10, 0.1


def parameters(key):
    """Two kernels, and the weights that tell the classes apart."""
    first, second, last = jax.random.split(key, 3)
    return {
        "first": jax.random.normal(first, (3, 3, CHANNELS, 32)) * (2 / (9 * CHANNELS)) ** 0.5,
        "second": jax.random.normal(second, (3, 3, 32, 64)) * (2 / (9 * 32)) ** 0.5,
        "last": jax.random.normal(last, (64, CLASSES)) * 64**-0.5,
    }


def convolved(images, kernel, stride):
    """The images under a kernel, with what is below zero cut off."""
    layout = ("NHWC", "HWIO", "NHWC")
    return jax.nn.relu(jax.lax.conv_general_dilated(images, kernel, (stride, stride), "SAME", dimension_numbers=layout))


def loss(weights, images, labels):
    """The mean cross entropy."""
    hidden = convolved(convolved(images, weights["first"], 1), weights["second"], 2)
    likely = jax.nn.log_softmax(hidden.mean(axis=(1, 2)) @ weights["last"])
    return -jnp.take_along_axis(likely, labels[:, None], axis=1).mean()


@jax.jit
def step(weights, images, labels):
    """The weights after one step of gradient descent, and the loss before it."""
    before, gradients = jax.value_and_grad(loss)(weights, images, labels)
    return jax.tree.map(lambda value, gradient: value - RATE * gradient, weights, gradients), before


def main():
    """Train one step, and print the loss before and after it."""
    of_weights, of_images, of_labels = jax.random.split(jax.random.key(0), 3)
    images = jax.random.normal(of_images, (BATCH, SIDE, SIDE, CHANNELS))
    labels = jax.random.randint(of_labels, (BATCH,), 0, CLASSES)
    weights, before = step(parameters(of_weights), images, labels)
    after = loss(weights, images, labels)
    print(f"on {jax.default_backend()}: loss {before:.4f} before the step, {after:.4f} after it")


if __name__ == "__main__":
    main()
