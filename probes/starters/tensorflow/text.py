"""One training step in TensorFlow: a small transformer that predicts the next token of a text that is made up."""

import tensorflow as tf

BATCH, LENGTH, WORDS, WIDTH = 16, 64, 1000, 128


def network():
    """One layer of a transformer, each token of which sees those before it."""
    layers = tf.keras.layers
    tokens = tf.keras.Input((LENGTH,), dtype="int32")
    positions = layers.Embedding(LENGTH, WIDTH)(tf.range(LENGTH))
    hidden = layers.Embedding(WORDS, WIDTH)(tokens) + positions
    normal = layers.LayerNormalization()(hidden)
    hidden += layers.MultiHeadAttention(4, WIDTH // 4)(normal, normal, use_causal_mask=True)
    inner = layers.Dense(4 * WIDTH, activation="gelu")(layers.LayerNormalization()(hidden))
    hidden += layers.Dense(WIDTH)(inner)
    return tf.keras.Model(tokens, layers.Dense(WORDS)(layers.LayerNormalization()(hidden)))


def main():
    """Train one step, and print the loss before and after it."""
    tf.keras.utils.set_random_seed(0)
    text = tf.random.uniform((BATCH, LENGTH + 1), maxval=WORDS, dtype=tf.int32)
    inputs, labels = text[:, :-1], text[:, 1:]
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
