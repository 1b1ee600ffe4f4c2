"""What is done to push applications and devices from the fourth tab: each is shown, agreed to, and begun."""
