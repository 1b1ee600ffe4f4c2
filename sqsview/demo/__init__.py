"""A small company on a local server, for a look at everything without an account or a network."""
