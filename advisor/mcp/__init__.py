"""A server for agents: what the commands say, over the Model Context Protocol."""
