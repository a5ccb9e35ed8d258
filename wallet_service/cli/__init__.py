"""The operator's door: one file a command, a folder for `demo`."""
