"""What rules give: rulebooks kept, standings, the step from a happening to the ledger, and the calendar."""
