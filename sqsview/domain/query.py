"""JMESPath on what a message holds: the decoded body, and by functions of ours its attributes and figures.

The language is that of jmespath.org. A result that is false, null or empty does not match; every other does.
"""

from __future__ import annotations

import base64
import json
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from sqsview.domain.arn import name_of
from sqsview.domain.decoding import Decoding
from sqsview.domain.message import Attribute, Message
from sqsview.domain.text import printable

LONGEST = 2_000
"""Characters of an expression, at most."""
LONGEST_LABEL = 200
"""Characters of a value that names a group."""
NOTHING = "nothing"
"""Stands for a value that is not there."""


class QueryError(ValueError):
    """An expression is wrong, or cannot be evaluated on a message; the text is one printable line."""


class Query:
    """One expression, compiled. It may be evaluated in any thread."""

    def __init__(self, text: str) -> None:
        """Compile ``text``.

        Raises:
            QueryError: it is no JMESPath expression, or calls a function that does not exist.
        """
        self.text = text.strip()
        """The expression."""
        self._compiled = _compile(self.text)
        self.hint = _hint(self.text)
        """What somebody who wrote it may not have meant, in one line; empty where nothing looks so."""

    def value(self, message: Message, decoding: Decoding) -> Any:
        """Evaluate on one message.

        Raises:
            QueryError: a function was given what it does not take, as ``length(total)`` where the total is a number.
        """
        from jmespath import Options, functions
        from jmespath.exceptions import JMESPathTypeError

        own = _Functions(functions.Functions(), message, decoding)
        try:
            return self._compiled.search(decoding.value, Options(custom_functions=own))
        except JMESPathTypeError as error:
            takes = " or ".join(str(kind) for kind in error.expected_types)
            raise QueryError(f"{error.function_name}() takes {takes}, not {error.actual_type}") from None
        except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
            raise QueryError(printable(str(error).partition("\n")[0][:LONGEST_LABEL])) from None

    def matches(self, message: Message, decoding: Decoding) -> bool:
        """Tell whether the value is neither false, nor null, nor empty.

        Raises:
            QueryError: as by `value`.
        """
        found = self.value(message, decoding)
        return found is not None and found is not False and (isinstance(found, (int, float)) or bool(found))


def label_of(value: Any) -> str:
    """Write a value as the name of a group: a text as it is, all else as JSON, in one printable line."""
    if value is None:
        return NOTHING
    if isinstance(value, str):
        text = value[:LONGEST_LABEL] or '""'
    else:
        # Not by json.dumps: of a list of a million numbers only the start is wanted.
        text = _start(json.JSONEncoder(ensure_ascii=False, default=str).iterencode(value))
    line = printable(text)
    return line if len(line) <= LONGEST_LABEL else line[: LONGEST_LABEL - 1] + "…"


def _start(pieces: Iterable[str]) -> str:
    text = ""
    for piece in pieces:
        text += piece
        if len(text) > LONGEST_LABEL:
            break
    return text


# -- what an expression may call


def attribute_value(attribute: Attribute) -> Any:
    """Give a message attribute as an expression sees it: numbers as such, bytes in base64, arrays parsed."""
    if isinstance(attribute.value, bytes):
        return base64.b64encode(attribute.value).decode()
    if attribute.base == "Number":
        return _figure(attribute.value)
    if attribute.type == "String.Array":
        try:
            return json.loads(attribute.value)
        except (ValueError, RecursionError):
            return attribute.value
    return attribute.value


def _figure(text: str) -> int | float | str:
    for read in (int, float):
        try:
            number = read(text)
        except ValueError:
            continue
        return number if number - number == 0 else text  # not infinity
    return text


def _attribute(message: Message, decoding: Decoding, name: str) -> Any:
    envelope = decoding.envelope
    found = message.attributes.get(name) or (envelope.attributes.get(name) if envelope is not None else None)
    return None if found is None else attribute_value(found)


_FIGURES = frozenset({"SentTimestamp", "ApproximateReceiveCount", "ApproximateFirstReceiveTimestamp"})


def _system(message: Message, _: Decoding, name: str) -> Any:
    value = message.system.get(name)
    return _figure(value) if value is not None and name in _FIGURES else value


def _source(message: Message, _: Decoding) -> str | None:
    return None if message.source is None else name_of(message.source)


OWN: Mapping[str, tuple[Callable[..., Any], str]] = MappingProxyType(
    {
        "attribute": (_attribute, "'NAME'"),
        "system": (_system, "'NAME'"),
        "group": (lambda message, _: message.group, ""),
        "id": (lambda message, _: message.id, ""),
        "receives": (lambda message, _: message.receive_count, ""),
        "size": (lambda message, _: message.size, ""),
        "source": (_source, ""),
        "body": (lambda message, _: message.body, ""),
    }
)
"""The functions beside those of JMESPath, with what they take: one name, or nothing."""


class _Functions:
    """What jmespath calls functions on: ours for one message, all others its own."""

    def __init__(self, inner: Any, message: Message, decoding: Decoding) -> None:
        self._inner = inner
        self._message = message
        self._decoding = decoding

    def call_function(self, name: str, arguments: list[Any]) -> Any:
        if name not in OWN:
            return self._inner.call_function(name, arguments)
        function, takes = OWN[name]
        if takes and not isinstance(arguments[0], str):
            raise QueryError(f"{name}() takes a text in single quotes: {name}({takes})")
        return function(self._message, self._decoding, *arguments)


# -- what is wrong with an expression


def _compile(text: str) -> Any:
    import jmespath
    from jmespath import exceptions, functions

    if not text:
        raise QueryError("an expression is missing, such as error.code")
    if len(text) > LONGEST:
        raise QueryError(f"an expression has at most {LONGEST:,} characters")
    try:
        with warnings.catch_warnings():  # of a spelling of literals that is on its way out
            warnings.simplefilter("ignore")
            compiled = jmespath.compile(text)
    except exceptions.IncompleteExpressionError:
        raise QueryError(_unfinished(text)) from None
    except exceptions.LexerError as error:
        raise QueryError(_lexical(text, error.lexer_position, str(error.message))) from None
    except exceptions.ParseError as error:
        raise QueryError(_syntactic(text, error)) from None
    except RecursionError:
        raise QueryError("the expression is nested too deeply") from None
    except ValueError as error:
        raise QueryError(printable(str(error).partition("\n")[0])) from None
    _check_calls(compiled.parsed, functions.Functions.FUNCTION_TABLE)
    return compiled


def _unfinished(text: str) -> str:
    return f"the expression is not complete: {printable(text)} …"


def _lexical(text: str, position: int, message: str) -> str:
    where = f"at character {position + 1}"
    if message.startswith("Unclosed"):
        return f"the {message.split()[1]} {where} has no end"
    if text[position : position + 1] == "=":
        return f"the = {where} should be == to compare"
    if text[position : position + 1] == "-":
        return f'the - {where} is no operator; a name with it goes in double quotes: "order-id"'
    return f"“{printable(text[position : position + 1])}” {where} is not understood"


def _syntactic(text: str, error: Any) -> str:
    position, shown = error.lex_position, printable(str(error.token_value)[:40])
    if position >= len(text):
        return _unfinished(text)
    if error.token_type == "NUMBER":
        return f"the number {shown} at character {position + 1} goes in backticks: `{shown}`"
    return f"“{shown}” at character {position + 1} is not expected there"


def _check_calls(node: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse calls that cannot work on any message."""
    for each in _walk(node):
        if each.get("type") != "function_expression":
            continue
        name, given = each["value"], len(each["children"])
        if name in OWN:
            least, most = (1, 1) if OWN[name][1] else (0, 0)
        elif name in known:
            signature = known[name]["signature"]
            least = len(signature)
            most = given if signature and signature[-1].get("variadic") else least
        else:
            raise QueryError(f"there is no function {printable(name)}(); of ours there are {', '.join(OWN)}")
        if not least <= given <= most:
            raise QueryError(f"{name}() takes {least or 'no'} argument{'' if least == 1 else 's'}, not {given}")


def _walk(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        waiting += [child for child in each.get("children", ()) if isinstance(child, dict)]


_COMPARES = frozenset({"eq", "ne", "lt", "lte", "gt", "gte"})


def _hint(text: str) -> str:
    """Notice text in double quotes on the right of a comparison: in JMESPath that is the name of a field."""
    from jmespath.lexer import Lexer

    before = ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for token in Lexer().tokenize(text):
            if token["type"] == "quoted_identifier" and before in _COMPARES:
                name = printable(token["value"])
                return f"\"{name}\" is the name of a field; a text goes in single quotes: '{name}'"
            before = token["type"]
    return ""
