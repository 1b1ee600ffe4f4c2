"""Typed reading of a description's tables: what is not known or not allowed is one line with key and value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from sqsview.domain.arn import FIFO_SUFFIX
from sqsview.domain.fan_out.description import DescriptionFault
from sqsview.domain.policy import one_line
from sqsview.domain.text import printable, shortened

LONGEST_QUEUE_NAME = 80
"""Characters with the suffix (SQS API reference, CreateQueue)."""
LONGEST_TOPIC_NAME = 256
"""Characters with the suffix (SNS API reference, CreateTopic)."""
MOST_TAGS = 50

_NAME = re.compile("[A-Za-z0-9_-]+")
_WIDEST = 60


class Table:
    """One table of a description, whose values are asked for by key."""

    def __init__(self, where: str, values: Mapping[str, Any], known: Iterable[str]) -> None:
        """Take a table.

        Args:
            where: what it is called in a fault, such as ``queue orders-mail``.
            values: as it was read.
            known: the keys that it may have.

        Raises:
            DescriptionFault: it has another key.
        """
        self.where = where
        self._values = values
        listed = list(known)
        for key in values:
            if key not in listed:
                near = get_close_matches(key, listed, 1)
                hint = f"did you mean {near[0]}?" if near else f"it can have {', '.join(listed)}"
                raise DescriptionFault(f"{where}: there is no key {shown(key)}; {hint}")

    def has(self, key: str) -> bool:
        """Tell whether the key is there."""
        return key in self._values

    def fault(self, key: str, rule: str) -> DescriptionFault:
        """Give the fault of one value: ``queue orders: delay = 901: must be …``."""
        return DescriptionFault(f"{self.where}: {key} = {shown(self._values.get(key))}: {rule}")

    def value(self, key: str) -> Any:
        """Give a value of any type, None where it is not there."""
        return self._values.get(key)

    def text(self, key: str) -> str | None:
        """Give a text that is not empty."""
        value = self._values.get(key)
        if value is None and key not in self._values:
            return None
        if not isinstance(value, str) or not value:
            raise self.fault(key, "must not be empty" if value == "" else "must be text")
        return value

    def truth(self, key: str) -> bool | None:
        """Give true or false."""
        value = self._values.get(key)
        if value is None and key not in self._values:
            return None
        if not isinstance(value, bool):
            raise self.fault(key, "must be true or false")
        return value

    def number(self, key: str, least: int, most: int, unit: str) -> int | None:
        """Give a whole number within bounds."""
        value = self._values.get(key)
        if value is None and key not in self._values:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.fault(key, f"must be a whole number{unit and ' of ' + unit} from {least:,} to {most:,}")
        return value

    def choice(self, key: str, choices: Mapping[str, str]) -> str | None:
        """Give what one of several words stands for."""
        value = self._values.get(key)
        if value is None and key not in self._values:
            return None
        if not isinstance(value, str) or value not in choices:
            raise self.fault(key, f"must be {' or '.join(shown(each) for each in choices)}")
        return choices[value]

    def name(self, key: str, longest: int) -> str:
        """Give the name of a queue or topic, which has to be there."""
        value = self.text(key)
        if value is None:
            raise DescriptionFault(f"{self.where}: {key} is missing")
        return self.checked_name(key, value, longest)

    def checked_name(self, key: str, value: str, longest: int) -> str:
        """Check what is to be a name: letters, digits, ``-`` and ``_``, of what is FIFO ``.fifo`` at the end."""
        if not _NAME.fullmatch(value.removesuffix(FIFO_SUFFIX)) or len(value) > longest:
            rule = f"must be up to {longest} letters, digits, - and _, and end in {FIFO_SUFFIX} where it is FIFO"
            raise self.fault(key, rule)
        return value

    def tags(self, key: str) -> Mapping[str, str]:
        """Give tags, none where the key is not there."""
        value = self._values.get(key, {})
        if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
            raise self.fault(key, 'must be a table of texts, such as { team = "shop" }')
        if len(value) > MOST_TAGS:
            raise self.fault(key, f"must be up to {MOST_TAGS} tags")
        if not all(1 <= len(name) <= 128 and len(text) <= 256 for name, text in value.items()):
            raise self.fault(key, "a tag has a key of 1 to 128 characters and a value of up to 256")
        return dict(value)


def shown(value: Any) -> str:
    """Give a value in one short printable line."""
    if isinstance(value, str | int | float | list | dict) or value is None:
        try:
            return shortened(printable(one_line(value)), _WIDEST)
        except TypeError:  # a list or table that holds a date
            return "…"
    return shortened(printable(str(value)), _WIDEST)
