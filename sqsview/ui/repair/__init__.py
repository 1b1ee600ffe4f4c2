"""The dialogs of what changes things, and the operations that come of them."""
