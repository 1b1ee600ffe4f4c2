"""Three-valued logic, and numbers compared as far as SNS promises to."""

from __future__ import annotations

from collections.abc import Iterable

from sqsview.domain.access import Answer

YES, NO, CANNOT_TELL = Answer.YES, Answer.NO, Answer.CANNOT_TELL

MOST = 1e9
"""Numbers are compared from minus this to this ("Filter policy constraints")."""
_FIVE_DECIMALS = 0.99e-5
"""Numbers that are closer than this may be one to SNS, which keeps five decimals; the rest is for the float."""


def negated(answer: Answer) -> Answer:
    """Give the opposite; what cannot be told cannot be told the other way round either."""
    return {YES: NO, NO: YES, CANNOT_TELL: CANNOT_TELL}[answer]


def equal(one: float, other: float) -> Answer:
    """Compare as SNS does, with what it does not promise left open."""
    if one == other:
        return YES if abs(one) <= MOST else CANNOT_TELL
    return CANNOT_TELL if abs(one - other) < _FIVE_DECIMALS else NO


def below(one: float, other: float) -> Answer:
    """Tell whether ``one`` is less than ``other``."""
    if one != other and abs(one - other) < _FIVE_DECIMALS:
        return CANNOT_TELL
    if not one < other:
        return NO
    return YES if abs(one) <= MOST and abs(other) <= MOST else CANNOT_TELL


def any_of(answers: Iterable[Answer]) -> Answer:
    """Join by OR: one yes is enough, and only where all say no is it no."""
    joined = NO
    for answer in answers:
        if answer is YES:
            return YES
        if answer is CANNOT_TELL:
            joined = CANNOT_TELL
    return joined


def all_of(answers: Iterable[Answer]) -> Answer:
    """Join by AND: one no is enough, and only where all say yes is it yes."""
    joined = YES
    for answer in answers:
        if answer is NO:
            return NO
        if answer is CANNOT_TELL:
            joined = CANNOT_TELL
    return joined
