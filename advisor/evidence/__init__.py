"""What can be found out about this machine: what it is, what is installed, and how fast each framework runs on it."""
