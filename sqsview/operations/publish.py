"""Send one message to a queue, or publish it to a topic."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace

from sqsview.domain.message import Outgoing, Sent
from sqsview.domain.placeholders import Filling
from sqsview.domain.problem import Problem, ProblemKind
from sqsview.domain.publishing import Destination, attribute_in, faults, field_of
from sqsview.domain.publishing.fields import Field, FieldFault
from sqsview.errors import GatewayError, LostAnswer, Refused, Rejected, ServerFault, Unsupported
from sqsview.gateway import Gateway


async def send(gateway: Gateway, destination: Destination, outgoing: Outgoing) -> Sent:
    """Send a message exactly as it stands and give the id that the server gave it.

    Raises:
        Refused: it was not sent: AWS would refuse it, the server refused it, or the server cannot be reached.
        LostAnswer: it was sent, and the answer is lost.
    """
    refuse_faulty(outgoing, destination)
    try:
        if destination.ref is not None:
            return await gateway.send_message(destination.ref, outgoing)
        return await gateway.publish(destination.arn, outgoing)
    except GatewayError as fault:
        problem = replace(fault.problem, thing=fault.problem.thing or destination.name)
        if may_have_been_taken(fault):
            raise LostAnswer(problem) from fault
        attribute = attribute_in(problem, outgoing.attributes)
        field = field_of(problem) if attribute is None else Field.ATTRIBUTES
        raise Refused(problem, field, attribute) from fault


def filled(outgoing: Outgoing, now: float, new_id: Callable[[], str] = lambda: str(uuid.uuid4())) -> Outgoing:
    """Fill in the placeholders of a message that is sent once, as the first of a repeat has them.

    Args:
        outgoing: the message as it was typed.
        now: epoch seconds.
        new_id: makes what ``{{uuid}}`` stands for.
    """
    return Filling(outgoing).fill(1, new_id(), now)


def refuse_faulty(outgoing: Outgoing, destination: Destination) -> None:
    """Refuse what AWS would refuse, before a call is made.

    Raises:
        Refused: with the first fault.
    """
    found = faults(outgoing, destination)
    if found:
        raise refusal(found[0], destination)


def refusal(fault: FieldFault, destination: Destination) -> Refused:
    """Give the error that says a fault of a field."""
    return Refused(
        Problem(ProblemKind.FAILED, fault.text, thing=destination.name), field=fault.field, attribute=fault.attribute
    )


def may_have_been_taken(fault: GatewayError) -> bool:
    """Tell whether the server may have done what a call that ended in ``fault`` asked for.

    A refusal says that it did not, and what never reached the server did nothing; a server that failed, took too
    long or broke off in the middle may have been done with it.
    """
    return isinstance(fault, ServerFault) and not isinstance(fault, Rejected | Unsupported)
