"""Decoding of a body in visible steps, each of which can be stepped back."""

from __future__ import annotations

from dataclasses import replace

from sqsview.domain.decoding.documents import MOST_PARSED, MOST_PARTS, TOO_DEEP, NotJson, TooLarge, parse, unfold
from sqsview.domain.decoding.envelopes import opened, pointer_in
from sqsview.domain.decoding.layers import MOST_NESTED, Decoding, Envelope, Layer, Pointer, Step
from sqsview.domain.decoding.packing import Allowance, bytes_of_base64, is_meant, text_of, unpack
from sqsview.domain.decoding.telling import what_matters

__all__ = [
    "MOST_NESTED",
    "MOST_PARSED",
    "MOST_PARTS",
    "MOST_UNPACKED",
    "Decoding",
    "Envelope",
    "Layer",
    "Pointer",
    "Step",
    "decode",
    "what_matters",
]

MOST_UNPACKED = 8 * 2**20
"""Bytes that a body may unpack to: eight times what SQS carries."""
_MOST_STEPS = 16
_JSON_STARTS = frozenset('{["')
"""Bare numbers and words are valid JSON too, but nothing is gained by calling them that."""
_TASTE = 1024
"""Bytes that are unpacked to see whether data can be."""


def decode(body: str, *, at_most: int = MOST_UNPACKED) -> Decoding:
    """Take off every wrapping that ``body`` has, in whatever order they are; never raises.

    The first layer is always the body itself. What is unpacked is cut at ``at_most`` bytes in all, and said to be.
    """
    allowance = Allowance(at_most)
    layers = [Layer(Step.RAW, body)]
    while len(layers) <= _MOST_STEPS and not allowance.spent:
        note, below = _below(layers[-1], allowance)
        if note and not layers[-1].note:
            layers[-1] = replace(layers[-1], note=note)
        if below is None:
            break
        layers.append(below)
    if allowance.spent and (rest := _bare(layers[-1].text or ""))[:1] in _JSON_STARTS:
        layers.append(Layer(Step.INDENTED, rest, note="not parsed: only the beginning was unpacked"))
    return Decoding(tuple(layers), cut=allowance.spent)


Below = tuple[str, Layer | None]
"""What is to be said of a layer, and the layer below it."""


def _bare(text: str) -> str:
    return text.lstrip(" \t\r\n\ufeff")


def _below(layer: Layer, allowance: Allowance) -> Below:
    if layer.is_json:
        return "", _below_json(layer)
    if layer.step is Step.INDENTED:
        return "", None
    if layer.data is not None and (unpacked := _unpacked(layer.data, allowance)) is not None:
        return "", unpacked
    return _below_text(layer.text) if layer.text is not None else ("", None)


def _below_json(layer: Layer) -> Layer | None:
    if isinstance(layer.value, str):
        return _below_text(layer.value)[1]
    if layer.step is Step.JSON and layer.text is not None and (unfolded := unfold(layer.text)) is not None:
        return Layer(Step.UNFOLDED, unfolded[0], value=unfolded[1], is_json=True)
    return None


def _below_text(text: str) -> Below:
    bare = _bare(text)
    if bare[:1] in _JSON_STARTS:
        return _below_written(bare)
    return "", _below_base64(text)


def _below_written(text: str) -> Below:
    """Read what begins like JSON."""
    try:
        value, note = parse(text)
    except TooLarge as error:
        return "", Layer(Step.INDENTED, text, note=str(error))
    except NotJson as error:
        reason = str(error)
        if reason == TOO_DEEP:
            return reason, None
        return (f"not JSON: {reason}" if text.startswith("{") else ""), None
    if (inside := opened(value)) is not None:
        envelope, message = inside
        return "", Layer(Step.SNS, message, envelope=envelope)
    pointer = pointer_in(value)
    step = Step.JSON if pointer is None else Step.POINTER
    return "", Layer(step, text, value=value, is_json=True, note=note, pointer=pointer)


def _below_base64(text: str) -> Layer | None:
    """Decode base64 only where something comes of it: a plain word can be valid base64 by chance."""
    data = bytes_of_base64(text)
    if data is None:
        return None
    decoded, note = text_of(data)
    if is_meant(text, decoded) or _leads_on(data, decoded):
        return Layer(Step.BASE64, decoded, data, note=note)
    return None


def _leads_on(data: bytes, text: str | None) -> bool:
    """Tell whether another step follows, without unpacking all of it."""
    if unpack(data, Allowance(_TASTE)) is not None:
        return True
    return text is not None and _below_text(text)[1] is not None


def _unpacked(data: bytes, allowance: Allowance) -> Layer | None:
    found = unpack(data, allowance)
    if found is None:
        return None
    step, out, note = found
    text, broken = text_of(out)
    return Layer(step, text, out, note=note or broken)
