"""What this machine is, read from files and short commands of the operating system, never from a framework."""
