"""The command line: `clarion --help`."""
