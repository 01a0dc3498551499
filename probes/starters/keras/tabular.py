"""One training step in Keras 3: a multilayer perceptron on a table that is made up.

KERAS_BACKEND chooses what it runs on: jax (taken here where nothing is chosen), tensorflow or torch.
"""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras

ROWS, FEATURES, CLASSES = 256, 32, 10


def network():
    """Two layers."""
    return keras.Sequential(
        [keras.Input((FEATURES,)), keras.layers.Dense(128, activation="relu"), keras.layers.Dense(CLASSES)]
    )


def main():
    """Train one step, and print the loss before and after it."""
    keras.utils.set_random_seed(0)
    inputs = keras.random.normal((ROWS, FEATURES))
    labels = keras.random.randint((ROWS,), 0, CLASSES)
    model = network()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss)

    before = model.evaluate(inputs, labels, batch_size=len(inputs), verbose=0)
    model.train_on_batch(inputs, labels)
    after = model.evaluate(inputs, labels, batch_size=len(inputs), verbose=0)
    print(f"on {keras.backend.backend()}: loss {before:.4f} before the step, {after:.4f} after it")


if __name__ == "__main__":
    main()
