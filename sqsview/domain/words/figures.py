"""Numbers as a person reads them: counts, spans of time, sizes, rates, money."""

from __future__ import annotations

UNKNOWN = "–"
"""Stands for a figure that is not known, so that it never looks like a zero."""
MINUS = "\u2212"
"""As wide as a plus, which a hyphen is not."""

UNITS = (("day", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
"""Units of time with their seconds, largest first."""
_MAGNITUDES = ("", "k", "M", "G")
_SIZES = ("KiB", "MiB", "GiB")


def count(n: int | None) -> str:
    """Write a count in full: ``18,204``; ``–`` where it is not known."""
    return UNKNOWN if n is None else f"{n:,}".replace("-", MINUS)


def short_count(n: float | None) -> str:
    """Write a count in at most 6 characters: ``987``, ``12.4k``, ``3.2M``; ``–`` where it is not known."""
    if n is None:
        return UNKNOWN
    amount, magnitude = float(abs(n)), 0
    # From 999.95 on, one decimal would read 1000.0.
    while amount >= (999.95 if magnitude else 999.5) and magnitude < len(_MAGNITUDES) - 1:
        amount /= 1000
        magnitude += 1
    figure = f"{amount:.1f}".removesuffix(".0") if magnitude else f"{amount:.0f}"
    return f"{MINUS if n < 0 else ''}{figure}{_MAGNITUDES[magnitude]}"


def duration(seconds: float | None) -> str:
    """Write a span in its largest unit and the next: ``4 days``, ``2 h 5 min``; ``–`` where it is unknown."""
    if seconds is None:
        return UNKNOWN
    whole = max(0, round(seconds))
    for place, (unit, length) in enumerate(UNITS):
        if whole >= length:
            rest = whole % length
            for smaller, its_length in UNITS[place + 1 : place + 2]:
                if rest >= its_length:
                    return f"{in_unit(whole // length, unit)} {in_unit(rest // its_length, smaller)}"
            return in_unit(whole // length, unit)
    return "0 s"


def age(seconds: float | None) -> str:
    """Write how long ago something was, in its largest unit, rounded down: ``22 min``; ``–`` if unknown."""
    if seconds is None:
        return UNKNOWN
    whole = max(0, int(seconds))
    for unit, length in UNITS:
        if whole >= length:
            return in_unit(whole // length, unit)
    return "0 s"


def size(octets: int | None) -> str:
    """Write a number of bytes: ``38 bytes``, ``256 KiB``, ``1.5 MiB``; ``–`` where it is not known."""
    if octets is None:
        return UNKNOWN
    if octets < 1024:
        return "1 byte" if octets == 1 else f"{octets:,} bytes"
    amount, unit = octets / 1024, _SIZES[0]
    for larger in _SIZES[1:]:
        if amount < 1023.95:
            break
        amount, unit = amount / 1024, larger
    return f"{amount:,.1f}".removesuffix(".0") + f" {unit}"


def per_minute(rate: float | None) -> str:
    """Write a net change with its sign: ``+340``, ``−60``, ``0``; ``–`` where it is not known."""
    if rate is None:
        return UNKNOWN
    whole = round(rate)
    if whole == 0:
        return "0"
    return f"+{whole:,}" if whole > 0 else f"{MINUS}{-whole:,}"


def money(dollars: float | None) -> str:
    """Write an amount: ``$0``, ``<$0.01``, ``$1.40``, ``$1,240``; ``–`` where it is not known."""
    if dollars is None:
        return UNKNOWN
    if dollars <= 0:
        return "$0"
    if dollars < 0.01:
        return "<$0.01"
    return f"${dollars:,.2f}" if dollars < 99.995 else f"${dollars:,.0f}"


def in_unit(amount: int, unit: str) -> str:
    """Write an amount of one unit of time: ``1 day``, ``4 days``, ``22 min``."""
    return f"{amount:,} {unit}{'s' if unit == 'day' and amount != 1 else ''}"
