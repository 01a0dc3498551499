"""Measurements that were made before: kept, found again where they still hold, given away and taken in."""
