"""The program from Python: what the commands say, as values."""
