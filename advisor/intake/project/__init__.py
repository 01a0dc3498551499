"""What the files of a project say, read and never run."""
