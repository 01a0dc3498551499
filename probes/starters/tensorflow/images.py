"""One training step in TensorFlow: a convolutional network on images that are made up."""

import tensorflow as tf

BATCH, SIDE, CHANNELS, CLASSES = 32, 32, 3, 10


def network():
    """Two convolutions, the mean over the image, and a layer that tells the classes apart."""
    return tf.keras.Sequential(
        [
            tf.keras.Input((SIDE, SIDE, CHANNELS)),
            tf.keras.layers.Conv2D(32, 3, padding="same", activation="relu"),
            tf.keras.layers.MaxPooling2D(),
            tf.keras.layers.Conv2D(64, 3, padding="same", activation="relu"),
            tf.keras.layers.GlobalAveragePooling2D(),
            tf.keras.layers.Dense(CLASSES),
        ]
    )


def main():
    """Train one step, and print the loss before and after it."""
    tf.keras.utils.set_random_seed(0)
    inputs = tf.random.normal((BATCH, SIDE, SIDE, CHANNELS))
    labels = tf.random.uniform((BATCH,), maxval=CLASSES, dtype=tf.int32)
    model = network()
    optimiser = tf.keras.optimizers.Adam(1e-3)
    loss_of = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = loss_of(labels, model(inputs, training=True))
        weights = model.trainable_variables
        optimiser.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return loss

    before = float(step())
    after = float(loss_of(labels, model(inputs)))
    device = (tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU"))[0].name
    print(f"on {device}: loss {before:.4f} before the step, {after:.4f} after it")


if __name__ == "__main__":
    main()
