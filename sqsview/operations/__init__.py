"""The verbs: what the screens and the sub-commands do through the port, one module each."""
