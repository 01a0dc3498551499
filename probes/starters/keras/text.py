"""One training step in Keras 3: a small transformer that predicts the next token of a text that is made up.

KERAS_BACKEND chooses what it runs on: jax (taken here where nothing is chosen), tensorflow or torch.
"""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras

BATCH, LENGTH, WORDS, WIDTH = 16, 64, 1000, 128


def network():
    """One layer of a transformer, each token of which sees those before it."""
    layers = keras.layers
    tokens = keras.Input((LENGTH,), dtype="int32")
    positions = layers.Embedding(LENGTH, WIDTH)(keras.ops.arange(LENGTH))
    hidden = layers.Embedding(WORDS, WIDTH)(tokens) + positions
    normal = layers.LayerNormalization()(hidden)
    hidden += layers.MultiHeadAttention(4, WIDTH // 4)(normal, normal, use_causal_mask=True)
    inner = layers.Dense(4 * WIDTH, activation="gelu")(layers.LayerNormalization()(hidden))
    hidden += layers.Dense(WIDTH)(inner)
    return keras.Model(tokens, layers.Dense(WORDS)(layers.LayerNormalization()(hidden)))


def main():
    """Train one step, and print the loss before and after it."""
    keras.utils.set_random_seed(0)
    text = keras.random.randint((BATCH, LENGTH + 1), 0, WORDS)
    inputs, labels = text[:, :-1], text[:, 1:]
    model = network()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss)

    before = model.evaluate(inputs, labels, batch_size=len(inputs), verbose=0)
    model.train_on_batch(inputs, labels)
    after = model.evaluate(inputs, labels, batch_size=len(inputs), verbose=0)
    print(f"on {keras.backend.backend()}: loss {before:.4f} before the step, {after:.4f} after it")


if __name__ == "__main__":
    main()
