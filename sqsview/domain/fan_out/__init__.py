"""The fan-out builder: what a person describes, and the calls that make it so, given what there is."""

from __future__ import annotations

from sqsview.domain.fan_out.description import BranchPart, Description, DescriptionFault, QueuePart, TopicPart
from sqsview.domain.fan_out.known import existing_in
from sqsview.domain.fan_out.plan import plan
from sqsview.domain.fan_out.reading import read_description
from sqsview.domain.fan_out.steps import Existing, Place, Plan, Step, ThereQueue, ThereSubscription

__all__ = [
    "BranchPart",
    "Description",
    "DescriptionFault",
    "Existing",
    "Place",
    "Plan",
    "QueuePart",
    "Step",
    "ThereQueue",
    "ThereSubscription",
    "TopicPart",
    "existing_in",
    "plan",
    "read_description",
]
