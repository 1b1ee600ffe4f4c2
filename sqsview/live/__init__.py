"""What is kept current: the poller decides what to read next, the store holds what was read."""
