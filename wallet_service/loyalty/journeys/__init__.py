"""Looking back: the time machine, and reports."""
