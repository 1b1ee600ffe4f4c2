"""What the company's programs write to each other: one function for each kind of message."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

_TENANTS = ("acme", "globex", "initech", "umbrella", "hooli")
_CUSTOMERS = 400
_PRODUCTS = ("kettle", "desk lamp", "oak shelf", "wool rug", "teapot", "side table", "mirror", "planter")
_FAULTS = {
    "card_declined": "the issuer declined the card",
    "schema": "field 'vat_id' does not match ^[A-Z]{2}[0-9]{8,12}$",
    "timeout": "no answer from acquirer.example within 10 s",
}
FAULT_CODES = ("card_declined", "card_declined", "card_declined", "schema", "timeout")
"""What goes wrong, as often as it does."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message before it is sent."""

    body: str
    attributes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Name to type and value; binary values in base64."""
    group: str | None = None
    """FIFO message group."""
    subject: str | None = None


Writer = Callable[[Random, int], Letter]
"""Writes the letter with a serial number; equal random states give equal letters."""


_encode = json.JSONEncoder(ensure_ascii=False).encode


def _json(**fields: Any) -> str:
    return _encode(fields)


def faulty(write: Writer) -> Writer:
    """Give a writer of the same letters after something went wrong with them: consumers fail on these.

    Only JSON objects can carry an error; other letters stay as they are.
    """

    def write_faulty(rng: Random, serial: int) -> Letter:
        letter = write(rng, serial)
        if not letter.body.startswith("{"):
            return letter
        code = rng.choice(FAULT_CODES)
        fields = json.loads(letter.body)
        fields["error"] = {"code": code, "message": _FAULTS[code], "try": rng.randint(2, 6)}
        return replace(letter, body=_json(**fields))

    return write_faulty


def order(rng: Random, serial: int) -> Letter:
    """An order, a refund or a quote of the shop."""
    return _order(rng, serial, 0.0)


def large_order(rng: Random, serial: int) -> Letter:
    """An order of at least 300 €."""
    return _order(rng, serial, 300.0)


def _order(rng: Random, serial: int, least: float) -> Letter:
    kind = rng.choices(("order", "refund", "quote"), (80, 8, 12))[0]
    customer = rng.randrange(_CUSTOMERS)
    tenant = rng.choice(_TENANTS)
    items = [
        {
            "sku": f"SKU-{rng.randint(1000, 9999)}",
            "name": rng.choice(_PRODUCTS),
            "quantity": rng.randint(1, 4),
        }
        for _ in range(rng.randint(1, 3))
    ]
    total = round(least + rng.lognormvariate(4.4, 1.1), 2)
    body = _json(
        type=kind,
        id=10_000 + serial,
        customer=f"c-{customer:05d}",
        total=total,
        currency="EUR",
        items=items,
        shipping={"country": rng.choice(("DE", "FR", "NL", "IE", "ES")), "express": rng.random() < 0.2},
    )
    attributes = {
        "type": ("String", kind),
        "tenant": ("String", tenant),
        "total": ("Number", str(total)),
        "trace": ("Binary", base64.b64encode(rng.randbytes(16)).decode()),
    }
    return Letter(body, attributes, group=f"c-{customer:05d}", subject=f"{kind} {10_000 + serial}")


def shipment(rng: Random, serial: int) -> Letter:
    """A step of an order on its way, in order for each customer."""
    customer = rng.randrange(_CUSTOMERS)
    body = _json(
        type="shipment",
        order=10_000 + serial,
        step=rng.choice(("picked", "packed", "handed_over")),
        parcel={"weight_g": rng.randint(200, 18_000), "carrier": rng.choice(("DHL", "DPD", "An Post"))},
    )
    attributes = {"type": ("String", "shipment"), "warehouse": ("String", rng.choice(("DUB-1", "AMS-2")))}
    return Letter(body, attributes, group=f"c-{customer:05d}")


def payment(rng: Random, serial: int) -> Letter:
    """A payment as the acquirer reports it."""
    amount = round(rng.lognormvariate(4.2, 1.2), 2)
    body = _json(
        type="payment",
        id=f"pay_{rng.getrandbits(48):012x}",
        order=10_000 + serial,
        amount={"value": amount, "currency": "EUR"},
        method=rng.choice(("card", "card", "card", "sepa", "paypal")),
        risk={"score": rng.randint(0, 99), "country_mismatch": rng.random() < 0.1},
    )
    attributes = {"type": ("String", "payment"), "tenant": ("String", rng.choice(_TENANTS))}
    return Letter(body, attributes, group=f"merchant-{rng.randrange(20)}")


def stock(rng: Random, serial: int) -> Letter:
    """A change of the stock of one article."""
    left = max(0, int(rng.gauss(60, 40)))
    body = _json(
        type="stock", sku=f"SKU-{rng.randint(1000, 9999)}", warehouse=rng.choice(("DUB-1", "AMS-2")),
        change=-rng.randint(1, 4), left=left, version=serial,
    )  # fmt: skip
    return Letter(body, {"type": ("String", "stock"), "left": ("Number", str(left))})


def user(rng: Random, serial: int) -> Letter:
    """A person who signed up, changed their address or left."""
    event = rng.choice(("signed_up", "signed_up", "address_changed", "closed"))
    name = rng.choice(("Aoife", "Jürgen", "Zoë", "Søren", "Inès", "Łukasz", "Maria", "Tom"))
    body = _json(type="user", event=event, id=f"u-{serial:06d}", name=name, locale=rng.choice(("de", "fr", "en")))
    return Letter(body, {"event": ("String", event), "locale": ("String", "en")})


def notification(rng: Random, serial: int) -> Letter:
    """Something to tell a customer, by mail, push or text message."""
    channel = rng.choice(("mail", "mail", "push", "sms"))
    body = _json(
        type="notification", channel=channel, to=f"c-{rng.randrange(_CUSTOMERS):05d}",
        template=rng.choice(("order_shipped", "order_delayed", "welcome", "back_in_stock")),
        values={"order": 10_000 + serial, "name": rng.choice(("Aoife", "Zoë", "Tom"))},
    )  # fmt: skip
    channels = json.dumps([channel, "archive"])
    return Letter(body, {"channel": ("String", channel), "channels": ("String.Array", channels)})


def clicks(rng: Random, serial: int) -> Letter:
    """A bundle of clicks as the web site sends it: JSON, gzip, base64."""
    events = [
        {
            "path": f"/p/{rng.randint(1, 900)}",
            "ms": rng.randint(20, 900),
            "session": f"{rng.getrandbits(32):08x}",
        }
        for _ in range(rng.randint(3, 6))
    ]
    packed = gzip.compress(_json(type="clicks", batch=serial, events=events).encode(), 1, mtime=0)
    encoding = {"encoding": ("String", "gzip+base64"), "count": ("Number", str(len(events)))}
    return Letter(base64.b64encode(packed).decode(), encoding)


def audit(rng: Random, serial: int) -> Letter:
    """A line of the audit trail."""
    body = _json(
        type="audit", serial=serial,
        actor=rng.choice(("deploy-bot", "m.keane", "s.olsen", "billing-service")),
        action=rng.choice(("login", "refund.approve", "price.change", "role.grant")),
        address=f"10.0.{rng.randint(0, 7)}.{rng.randint(1, 254)}",
    )  # fmt: skip
    return Letter(body, {"severity": ("String", rng.choice(("info", "info", "warn")))})


def picture(rng: Random, serial: int) -> Letter:
    """A picture to be made smaller."""
    body = _json(
        bucket="shop-uploads", key=f"products/{serial:06d}.jpg", widths=[160, 640, 1280],
        bytes=rng.randint(200_000, 9_000_000),
    )  # fmt: skip
    return Letter(body)


def reminder(rng: Random, serial: int) -> Letter:
    """Something to do later; its delay is the sender's choice."""
    return Letter(_json(type="reminder", cart=f"cart-{serial:05d}", step=rng.randint(1, 3)))


def statement(rng: Random, serial: int) -> Letter:
    """A line of a bank's settlement file, as it comes: not JSON."""
    cents = rng.randint(100, 900_000)
    return Letter(f"S;{serial:08d};EUR;{cents / 100:.2f};{rng.choice('CD')};REF{rng.getrandbits(32):08X}")
