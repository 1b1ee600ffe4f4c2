"""The widgets: each draws values it is given and knows nothing of where they come from."""
