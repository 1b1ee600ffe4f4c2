"""The widgets, each on its own."""
