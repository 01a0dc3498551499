"""The rulebook held against itself, the vocabulary, the options and its own examples."""
