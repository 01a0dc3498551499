"""Many machines: what a cluster consists of, one node of each kind probed, and work shared out among all of them."""
