"""The command line: parse, dispatch, one door for errors."""
