"""One file for each command: a function that takes the parsed arguments and returns an exit status."""
