"""The end of a move task of the server, whoever started it."""

from __future__ import annotations

from sqsview.domain.arn import name_of
from sqsview.domain.move_task import MoveTask
from sqsview.errors import GatewayError, JournalError
from sqsview.operations.audit import Act, Deed, Outcome, context_with_account
from sqsview.operations.move_task import cancel
from sqsview.operations.publish import may_have_been_taken
from sqsview.ui.repair.desk import Desk, asked_where_protected, wrong_protected
from sqsview.ui.screens.form_dialog import Outlook as Says
from sqsview.ui.screens.form_dialog import Values


class StoppingTask:
    """Stops one task, after saying whose it may be."""

    def __init__(self, desk: Desk, task: MoveTask, title: str) -> None:
        self._desk = desk
        self._task = task
        self._title = title
        self._name = name_of(task.source)

    def open(self) -> None:
        """Open the dialog."""
        asked = asked_where_protected(self._desk, self._name)
        self._desk.ask(f"Stop the move task {self._title}", asked, self._judge, "stop the task", self._begin)

    async def _judge(self, values: Values) -> Says:
        moved = "some" if self._task.moved is None else f"about {self._task.moved:,}"
        lines = [
            "The server moves these messages; somebody else may have started that.",
            f"What was moved, {moved} messages, stays where it is; the rest stays in {self._name}.",
        ]
        others = [name_of(self._task.destination)] if self._task.destination else []
        return Says(lines, wrong_protected(self._desk, values, self._name, others))

    def _begin(self, _values: Values) -> None:
        self._desk.app.run_worker(self._stop(), description="stop")

    async def _stop(self) -> None:
        app, gateway = self._desk.app, self._desk.gateway()
        if gateway is None:
            return
        try:
            context = await context_with_account(gateway)
            act = Act(app.state.audit, app.clock, context, Deed.CANCEL_TASK, self._task.source, self._task.destination)
            await act.begin()
            try:
                moved = await cancel(gateway, self._task)
            except GatewayError as fault:
                unknown = may_have_been_taken(fault)
                await act.end(Outcome.UNKNOWN if unknown else Outcome.REFUSED, detail=fault.problem.text)
                raise
            note = await act.end(Outcome.DONE, {"moved": moved} if moved is not None else {})
        except GatewayError as fault:
            app.say(fault.problem.line, warning=True)
        except JournalError as fault:
            app.say(str(fault), warning=True)
        else:
            count = "some" if moved is None else f"about {moved:,}"
            app.say(f"stopped: {count} messages were moved, and stay where they are {note}".rstrip())
