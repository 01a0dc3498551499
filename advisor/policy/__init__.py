"""An organisation's policy: what it has against options and components, and where a recommendation falls short."""
