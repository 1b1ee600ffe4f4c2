"""Export of a queue to a file, and import of a file into a queue: the dialogs and what comes of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqsview.domain.queue import QueueRef
from sqsview.domain.receive_budget import Allowance
from sqsview.errors import GatewayError, LedgerError, LookRefused, SqsviewError
from sqsview.operations.export import Export
from sqsview.operations.import_plan import queue_to_fill
from sqsview.operations.importing import Import
from sqsview.operations.running import Operation
from sqsview.ui.repair.desk import Desk, path_of, typed_name, wrong_name, wrong_new_file, wrong_old_file
from sqsview.ui.repair.redriving import pace_of
from sqsview.ui.repair.telling import of_export, of_import
from sqsview.ui.screens.dialogs import ConfirmScreen
from sqsview.ui.screens.form_dialog import Asked, Outlook, Values

if TYPE_CHECKING:
    from sqsview.gateway import Gateway
    from sqsview.ui.screens.dashboard_screen import Subject


class Exporting:
    """Exports one queue, from the dialog to the operation."""

    def __init__(self, desk: Desk, subject: Subject) -> None:
        self._desk = desk
        self._queue = QueueRef(subject.key, subject.url or "", subject.name)
        self._prospect: tuple[str, ...] = ()

    def open(self) -> None:
        """Open the dialog."""
        asked = [Asked("file", "file", f"{self._queue.name}.jsonl")]
        self._desk.ask(f"Export {self._queue.name}", asked, self._judge, "export", self._begin, grave=False)

    async def _judge(self, values: Values) -> Outlook:
        gateway = self._desk.gateway()
        if gateway is None:
            return Outlook(wrong="there is no connection now")
        if not self._prospect:
            try:
                self._prospect = await self._export(gateway, path_of(values["file"]), None).prospect()
            except (GatewayError, LedgerError) as fault:
                return Outlook(wrong=str(fault))
        return Outlook(self._prospect, wrong_new_file(values["file"]))

    def _export(self, gateway: Gateway, path: Path, agreed: Allowance | None) -> Export:
        return Export(gateway, self._queue, path, self._desk.app.state.ledger, self._desk.app.clock, agreed=agreed)

    def _begin(self, values: Values) -> None:
        self._start(path_of(values["file"]), None)

    def _start(self, path: Path, agreed: Allowance | None) -> None:
        gateway = self._desk.gateway()
        if gateway is None or not self._desk.is_free(self._queue.arn):
            return
        export = self._export(gateway, path, agreed)

        def over(operation: Operation) -> None:
            if isinstance(operation.cause, LookRefused):
                self._ask_again(path, operation.cause.allowance)

        title = f"{self._queue.name} → {path}"
        self._desk.begin("export", title, {self._queue.arn}, export, lambda: of_export(export.progress), over)

    def _ask_again(self, path: Path, allowance: Allowance) -> None:
        def answered(agreed: bool | None) -> None:
            if agreed:
                self._start(path, allowance)

        dialog = ConfirmScreen(f"Export {self._queue.name}", [allowance.line], "receive all the same", by_letter=False)
        self._desk.app.push_screen(dialog, answered)


class Importing:
    """Imports a file into one queue, from the dialog to the operation."""

    def __init__(self, desk: Desk, subject: Subject) -> None:
        self._desk = desk
        self._queue = QueueRef(subject.key, subject.url or "", subject.name)
        protected = desk.protects([subject.name])
        self._typed = [typed_name(protected)] if protected else []

    def open(self) -> None:
        """Open the dialog."""
        asked = [
            Asked("file", "file", hint="a file of JSON lines, such as export writes"),
            Asked("rate", "rate", hint="messages a second; empty: as fast as it goes"),
            *self._typed,
        ]
        self._desk.ask(f"Import into {self._queue.name}", asked, self._judge, "import", self._begin)

    async def _judge(self, values: Values) -> Outlook:
        lines = ["Every message of the file is sent; what an import of the same file sent before is not sent again."]
        try:
            if pace_of(values["rate"]).small:
                return Outlook(lines, "an import has one rate from the start: give a number")
        except ValueError as fault:
            return Outlook(lines, str(fault))
        if wrong := wrong_old_file(values["file"]):
            return Outlook(lines, wrong)
        return Outlook(lines, wrong_name(values, self._queue.name) if self._typed else "")

    def _begin(self, values: Values) -> None:
        self._desk.app.run_worker(self._run(values), description="import")

    async def _run(self, values: Values) -> None:
        with self._desk.claimed([self._queue.arn]) as free:
            gateway = self._desk.gateway()
            if free and gateway is not None:
                await self._start(gateway, values)

    async def _start(self, gateway: Gateway, values: Values) -> None:
        path, state = path_of(values["file"]), self._desk.app.state
        try:
            destination = await queue_to_fill(gateway, self._queue.arn)
        except SqsviewError as fault:
            self._desk.app.say(str(fault), warning=True)
            return
        work = Import(
            gateway, destination, path, state.journal, self._desk.app.clock, audit=state.audit,
            rate=pace_of(values["rate"]).rate,
        )  # fmt: skip
        title = f"{path} → {self._queue.name}"
        self._desk.begin("import", title, {self._queue.arn}, work, lambda: of_import(work.progress))
