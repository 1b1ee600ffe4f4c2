"""The write gate: in read-only mode only the calls on the list of reads pass, whoever asks."""

from __future__ import annotations

import ast
import inspect
from dataclasses import replace
from typing import cast

import pytest

from sqsview.domain.message import Outgoing
from sqsview.errors import RefusedReadOnly
from sqsview.gateway import READS, Gateway, guarded
from tests.support.double import Account, DoubleGateway, queue_arn, queue_ref
from tests.support.time import OwnedClock

_WORDS_OF_READS = ("get_", "list_")
"""How the names of SQS, SNS and CloudWatch operations begin that change nothing."""


class _Everything:
    """Stands for a gateway that has every operation there could be, and remembers which were called."""

    context = "the context"
    meter = "the meter"

    def __init__(self) -> None:
        self.called: list[str] = []

    def __getattr__(self, name: str) -> object:
        def call(*_arguments: object, **_named: object) -> str:
            self.called.append(name)
            return f"answer of {name}"

        return call


def _methods_of_the_port() -> set[str]:
    tree = ast.parse(inspect.getsource(Gateway))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def _gate(read_only: bool) -> tuple[Gateway, _Everything]:
    inner = _Everything()
    return guarded(cast(Gateway, inner), read_only=read_only), inner


def test_without_read_only_everything_passes_untouched() -> None:
    gate, inner = _gate(read_only=False)
    assert cast(object, gate) is inner


@pytest.mark.parametrize("name", sorted(READS))
def test_in_read_only_mode_a_read_passes(name: str) -> None:
    gate, inner = _gate(read_only=True)
    assert getattr(gate, name)("anything") == f"answer of {name}"
    assert inner.called == [name]


@pytest.mark.parametrize(
    "name",
    [
        "receive_message",
        "send_message",
        "send_message_batch",
        "delete_message",
        "delete_message_batch",
        "change_message_visibility",
        "change_message_visibility_batch",
        "purge_queue",
        "delete_queue",
        "create_queue",
        "set_queue_attributes",
        "tag_queue",
        "untag_queue",
        "start_message_move_task",
        "cancel_message_move_task",
        "publish",
        "publish_batch",
        "create_topic",
        "delete_topic",
        "set_topic_attributes",
        "tag_resource",
        "untag_resource",
        "subscribe",
        "unsubscribe",
        "confirm_subscription",
        "set_subscription_attributes",
        "create_platform_application",
        "set_platform_application_attributes",
        "delete_platform_application",
        "create_platform_endpoint",
        "set_endpoint_attributes",
        "delete_endpoint",
        "publish_to_endpoint",
    ],
)
def test_in_read_only_mode_a_call_that_changes_something_is_refused(name: str) -> None:
    gate, inner = _gate(read_only=True)
    with pytest.raises(RefusedReadOnly) as refusal:
        getattr(gate, name)("orders", key="value")
    assert refusal.value.operation == name
    assert "--read-only" in refusal.value.problem.remedy
    assert inner.called == []


@pytest.mark.parametrize("name", ["get_rid_of_queue", "list_and_purge", "obliterate", "x", "READ"])
def test_a_call_that_nobody_thought_of_is_refused_however_it_is_named(name: str) -> None:
    gate, inner = _gate(read_only=True)
    with pytest.raises(RefusedReadOnly):
        getattr(gate, name)()
    assert inner.called == []


def test_context_and_meter_are_not_calls_and_pass() -> None:
    gate, _ = _gate(read_only=True)
    assert [cast(object, gate.context), cast(object, gate.meter)] == ["the context", "the meter"]


def test_the_gate_has_no_private_way_to_the_other_side() -> None:
    gate, inner = _gate(read_only=True)
    for name in ("_calls", "_clients", "__wrapped__"):
        with pytest.raises(AttributeError):
            getattr(gate, name)
    assert inner.called == []


def test_every_read_is_a_method_of_the_port() -> None:
    assert _methods_of_the_port() >= READS


def test_a_method_of_the_port_is_a_read_exactly_if_its_operation_changes_nothing() -> None:
    assert {name for name in _methods_of_the_port() if name.startswith(_WORDS_OF_READS)} == READS


def test_a_receive_is_not_a_read() -> None:
    assert not any("receive" in name for name in READS)


# -- looks that are allowed in read-only mode


async def _gate_with_looks(most: int | None = None) -> tuple[Gateway, Account]:
    account = Account(OwnedClock(auto=True))
    target = queue_arn("orders-dlq") if most is not None else None
    account.add_queue("orders", max_receive_count=most, dead_letter_target=target)
    account.broker.put("orders", Outgoing("one"))
    return guarded(DoubleGateway(account, account.context), read_only=True, looks=True), account


async def test_where_looks_are_allowed_one_into_a_queue_without_a_redrive_policy_passes() -> None:
    gate, account = await _gate_with_looks()
    (message,) = await gate.receive_message(queue_ref("orders"), maximum=10, wait=1, hold=20)
    assert not await gate.change_message_visibility_batch(queue_ref("orders"), [message.receipt], 0)
    assert account.broker.held("orders") == []


async def test_where_looks_are_allowed_one_into_a_queue_with_a_redrive_policy_is_refused_all_the_same() -> None:
    gate, account = await _gate_with_looks(5)
    with pytest.raises(RefusedReadOnly, match="without a redrive policy"):
        await gate.receive_message(queue_ref("orders"), maximum=10, wait=1, hold=20)
    assert account.count("receive_message") == 0


async def test_the_redrive_policy_is_asked_for_at_each_receive_for_it_may_have_come_since() -> None:
    gate, account = await _gate_with_looks()
    await gate.receive_message(queue_ref("orders"), maximum=10, wait=1, hold=0)
    facts = account.queues["orders"]
    facts.settings = replace(facts.settings, dead_letter_target=queue_arn("orders-dlq"), max_receive_count=5)
    with pytest.raises(RefusedReadOnly):
        await gate.receive_message(queue_ref("orders"), maximum=10, wait=1, hold=20)


@pytest.mark.parametrize("name", ["send_message", "publish", "publish_batch", "delete_message", "purge_queue"])
async def test_where_looks_are_allowed_everything_else_is_still_refused(name: str) -> None:
    gate, _ = await _gate_with_looks()
    with pytest.raises(RefusedReadOnly):
        getattr(gate, name)("orders")
