"""The screens: each wires widgets to the snapshot and to the actions."""
