"""What running a consultation many times tells: which question matters, what would flip or revive an option."""
