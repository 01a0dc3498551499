"""What a run of the probes says, in words, tables and charts: one module for each concern and each format."""
