"""A fan-out that is built, and on request traced, as one operation; and what it made taken back as another."""

from __future__ import annotations

import asyncio

from sqsview.clock import Clock
from sqsview.domain.fan_out import Description
from sqsview.errors import GatewayError
from sqsview.gateway import Gateway
from sqsview.operations.fanout import Build, StepState
from sqsview.operations.fanout_forms import summary
from sqsview.operations.fanout_trace import Proof, trace_fan_out
from sqsview.operations.ledger import Ledger
from sqsview.operations.running import Telling


class FanOutWork:
    """Builds, and then proves the delivery where that was asked for."""

    def __init__(
        self, gateway: Gateway, description: Description, build: Build, ledger: Ledger, clock: Clock, *, trace: bool
    ) -> None:
        """Prepare it; ``trace`` says whether messages are published to prove the delivery."""
        self.build = build
        self._gateway = gateway
        self._description = description
        self._ledger = ledger
        self._clock = clock
        self._trace = trace
        self._proofs: list[Proof] = []
        self._tracing: asyncio.Task[tuple[Proof, ...]] | None = None
        self._stopped = False
        self._problem = ""

    async def run(self) -> None:
        """Build, to the end or to the first call that fails.

        Raises:
            SqsviewError: nothing was done.
        """
        progress = await self.build.run()
        if not (progress.complete and self._trace):
            return
        self._tracing = asyncio.ensure_future(
            trace_fan_out(
                self._gateway,
                self._description,
                self.build.plan.topic_arn,
                self._ledger,
                self._clock,
                on_proof=self._proofs.append,
            )
        )
        try:
            await self._tracing
        except asyncio.CancelledError:
            if not self._stopped:
                raise
            self._problem = "the trace was stopped"
        except GatewayError as fault:
            self._problem = f"the trace failed: {fault.problem.advice}"

    def stop(self) -> None:
        """Begin no further call; a trace gives back what it holds, and ends."""
        self._stopped = True
        self.build.stop()
        if self._tracing is not None:
            self._tracing.cancel()

    @property
    def told(self) -> Telling:
        """Say how far it is, or what came of it."""
        progress = self.build.progress
        total = len(progress.steps)
        line = summary(self.build.plan, progress) if progress.ended else f"{progress.done:,} of {total:,} calls made"
        missing = [proof for proof in self._proofs if not proof.arrived]
        branches = len(self._description.branches)
        if self._tracing is not None:
            arrived = len(self._proofs) - len(missing)
            line += f" · traced to {arrived:,} of {branches:,} queues"
        if self._problem:
            line += f" · {self._problem}"
        failures = [
            (each.step.words, each.reason or each.state.value)
            for each in progress.steps
            if progress.ended and each.state is not StepState.DONE
        ]
        failures += [(proof.queue, proof.text) for proof in missing]
        notes = [*self.build.plan.notes, *progress.notes]
        if len(missing) < len(self._proofs):
            notes.append("the messages of the trace stay in the queues, with the attribute sqsview-trace")
        wrong = progress.ended and (not progress.complete or bool(missing) or bool(self._problem))
        return Telling(line, progress.done / total if total else None, failures, notes, wrong)


class TakingBack:
    """Deletes what a build made."""

    def __init__(self, build: Build) -> None:
        """Prepare it; that a person meant it has been made sure of before."""
        self._build = build

    async def run(self) -> None:
        """Delete it, the newest first."""
        await self._build.take_back()

    def stop(self) -> None:
        """Delete nothing more."""
        self._build.stop_taking_back()

    @property
    def told(self) -> Telling:
        """Say what is gone, and what is not."""
        progress = self._build.progress
        kept = [(each.step.words, each.reason) for each in progress.steps if each.state is StepState.KEPT]
        gone = progress.count(StepState.TAKEN_BACK)
        total = gone + len(progress.made)
        return Telling(
            summary(self._build.plan, progress), gone / total if total else None, kept, progress.notes, bool(kept)
        )
