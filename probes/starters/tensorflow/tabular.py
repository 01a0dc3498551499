"""One training step in TensorFlow: a multilayer perceptron on a table that is made up."""

import tensorflow as tf

ROWS, FEATURES, CLASSES = 256, 32, 10


def network():
    """Two layers."""
    return tf.keras.Sequential(
        [tf.keras.Input((FEATURES,)), tf.keras.layers.Dense(128, activation="relu"), tf.keras.layers.Dense(CLASSES)]
    )


def main():
    """Train one step, and print the loss before and after it."""
    tf.keras.utils.set_random_seed(0)
    inputs = tf.random.normal((ROWS, FEATURES))
    labels = tf.random.uniform((ROWS,), maxval=CLASSES, dtype=tf.int32)
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
