"""The fix of a finding: the call is shown, then made."""

from __future__ import annotations

from sqsview.domain.doctor import Finding, Repair, SetQueue
from sqsview.operations.doctor_forms import repair_lines
from sqsview.operations.mending import Mending
from sqsview.operations.running import Operation
from sqsview.ui.repair.desk import Desk, typed_name, wrong_name
from sqsview.ui.screens.form_dialog import Outlook, Values


class Fix:
    """Mends one finding, from the dialog to the call."""

    def __init__(self, desk: Desk, finding: Finding, repair: Repair) -> None:
        self._desk = desk
        self._finding = finding
        self._repair = repair
        self._guarded = repair.deletes or bool(desk.protects([repair.name]))
        """Whether the name has to be typed."""

    def open(self) -> None:
        """Open the dialog."""
        asked = [typed_name(self._repair.name)] if self._guarded else []
        title = f"Fix {self._finding.thing}"
        self._desk.ask(title, asked, self._judge, "apply", self._begin, grave=self._repair.deletes)

    async def _judge(self, values: Values) -> Outlook:
        lines = [self._finding.evidence, "", *repair_lines(self._repair)]
        return Outlook(lines, wrong_name(values, self._repair.name) if self._guarded else "")

    def _begin(self, _values: Values) -> None:
        gateway, repair, desk = self._desk.gateway(), self._repair, self._desk
        if gateway is None or not desk.is_free(repair.thing):
            return
        work = Mending(gateway, repair, desk.app.state.audit, desk.app.clock)
        desk.begin("fix", self._finding.thing, {repair.thing}, work, lambda: work.told, self._relist)

    def _relist(self, _operation: Operation) -> None:
        if not isinstance(self._repair, SetQueue):
            self._desk.app.feed.refresh()
