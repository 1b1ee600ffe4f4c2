"""The least that a Textual app can be: it paints one line. The reference for the time to the first paint."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class MinimalApp(App[None]):
    """Paints one line."""

    def compose(self) -> ComposeResult:
        """Give the line."""
        yield Static("Queues")


if __name__ == "__main__":
    MinimalApp().run()
