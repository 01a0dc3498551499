"""What goes on from a recommendation: what installs it, and a first program."""
