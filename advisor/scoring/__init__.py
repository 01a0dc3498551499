"""From knowledge and measurements to a ranking that knows how sure it is."""
