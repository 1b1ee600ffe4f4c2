"""The terminal interface, in Textual; it sees snapshots and never AWS."""
