"""Which messages a filter policy lets through, told here as SNS would tell it.

The rules are those of the SNS Developer Guide ("Amazon SNS subscription filter policies" and the pages below it).
Where it says nothing, what was seen on AWS counts, then Event Ruler, which SNS uses; where these leave it open, or the
guide contradicts itself, the answer is that it cannot be told, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqsview.domain.access import Answer, Verdict
from sqsview.domain.filter_policy.grammar import PolicyFault, parsed, rules
from sqsview.domain.filter_policy.judged import Judged, Values
from sqsview.domain.filter_policy.limits import limit_faults
from sqsview.domain.filter_policy.rules import AllOf, fit_together, keys
from sqsview.domain.text import printable, shortened

__all__ = ["ATTRIBUTES", "BODY", "CompiledPolicy", "Judged", "PolicyFault", "compile_policy"]

ATTRIBUTES = "MessageAttributes"
BODY = "MessageBody"

NO_FILTER = "no filter"
_WIDEST_REASON = 120
_MOST_COMPARED = 60
"""Keys of a policy that are looked for in the same elements: SNS allows five at the top, and the search recurses."""
_SCATTERED = "only different elements of an array fit together, which may not count"
_NO_OBJECT = "the body is no JSON object"
_TOO_DEEP = "the body is nested too deeply to be judged here"


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """A filter policy that can be asked about any number of messages."""

    scope: str
    """``MessageAttributes`` or ``MessageBody``."""
    rules: AllOf = field(repr=False)
    limits: tuple[str, ...] = ()
    """What AWS would refuse in it although it can be judged; a server that has it took it all the same."""

    paths: frozenset[str] = field(default=frozenset(), repr=False)
    """The keys that it asks for."""

    def judge(self, message: Judged) -> Verdict:
        """Say whether the policy lets the message through and what decides it, in a short printable line.

        Never raises, and takes time that grows with the message and the policy but not with their product of
        possibilities.
        """
        if not self.rules.rules:
            return Verdict(Answer.YES, NO_FILTER)
        values = message.body if self.scope == BODY else message.attributes
        if values is None:
            return Verdict(Answer.CANNOT_TELL, _TOO_DEEP) if message.too_deep else Verdict(Answer.NO, _NO_OBJECT)
        verdict = self._judge(values)
        return Verdict(verdict.answer, printable(shortened(verdict.reason, _WIDEST_REASON)))

    def _judge(self, values: Values) -> Verdict:
        verdict = self.rules.judge(values)
        if verdict.answer is not Answer.YES:
            return verdict
        if not self._fit_together(values):
            return Verdict(Answer.CANNOT_TELL, f"{verdict.reason}: {_SCATTERED}")
        if values.malformed:
            return Verdict(Answer.CANNOT_TELL, f"{values.malformed}, for which SNS may filter the message out")
        return verdict

    def _fit_together(self, values: Values) -> bool:
        """Tell whether one element of each array of objects is enough, which Event Ruler asks for."""
        if len(self.paths & values.scattered) < 2:
            return True
        return len(self.paths) <= _MOST_COMPARED and fit_together(self.rules, values)


def compile_policy(text: str | None, scope: str = ATTRIBUTES, *, as_new: bool = False) -> CompiledPolicy:
    """Compile the JSON of a filter policy; none, an empty text and an empty object let everything through.

    Args:
        text: The raw JSON, as GetSubscriptionAttributes gives it.
        scope: ``MessageAttributes`` or ``MessageBody``.
        as_new: Also refuse what is beyond the limits of AWS, as if it were to be set now.

    Raises:
        PolicyFault: it cannot be judged, or AWS would refuse it as new.
    """
    if scope not in (ATTRIBUTES, BODY):
        raise PolicyFault(f"Invalid value [{scope}]. Please use either MessageBody or MessageAttributes")
    if text is None or not text.strip():
        return CompiledPolicy(scope, AllOf(()))
    policy = parsed(text)
    compiled = rules(policy, nested=scope == BODY)
    limits = tuple(dict.fromkeys(limit_faults(text, policy, compiled)))
    if as_new and limits:
        raise PolicyFault(limits[0])
    return CompiledPolicy(scope, compiled, limits, frozenset(key.path for key in keys(compiled)))
