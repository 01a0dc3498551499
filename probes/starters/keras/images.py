"""One training step in Keras 3: a convolutional network on images that are made up.

KERAS_BACKEND chooses what it runs on: jax (taken here where nothing is chosen), tensorflow or torch.
"""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras

BATCH, SIDE, CHANNELS, CLASSES = 32, 32, 3, 10


def network():
    """Two convolutions, the mean over the image, and a layer that tells the classes apart."""
    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, CHANNELS)),
            keras.layers.Conv2D(32, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, padding="same", activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(CLASSES),
        ]
    )


def main():
    """Train one step, and print the loss before and after it."""
    keras.utils.set_random_seed(0)
    inputs = keras.random.normal((BATCH, SIDE, SIDE, CHANNELS))
    labels = keras.random.randint((BATCH,), 0, CLASSES)
    model = network()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss)

    before = model.evaluate(inputs, labels, batch_size=len(inputs), verbose=0)
    model.train_on_batch(inputs, labels)
    after = model.evaluate(inputs, labels, batch_size=len(inputs), verbose=0)
    print(f"on {keras.backend.backend()}: loss {before:.4f} before the step, {after:.4f} after it")


if __name__ == "__main__":
    main()
