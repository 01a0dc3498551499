"""How an answer comes about: the steps in order, pure but for the doors that come in as arguments."""
