"""From files to models: every problem collected, each with its address."""
