"""How fast each framework runs here: workers, interleaved rounds, gates, and figures with their errors."""
