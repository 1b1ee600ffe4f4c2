"""What a push would look like, in lines: for each service what the device shows, the payload, and its size."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from sqsview.domain.pushing.payloads import Push, payload, payload_size
from sqsview.domain.pushing.platforms import Platform


def preview(push: Push, platforms: Sequence[Platform]) -> Iterator[str]:
    """Give the lines; they hold what was typed, so they are untrusted text."""
    for platform in platforms:
        size = payload_size(push, platform)
        yield f"{platform.words}: {size:,} of {platform.most_bytes:,} bytes · {shown(push, platform)}"
        document = json.loads(payload(push, platform))
        yield from (f"  {line}" for line in json.dumps(document, ensure_ascii=False, indent=1).splitlines())


def shown(push: Push, platform: Platform) -> str:
    """Say in a line what the device does with it."""
    if platform is Platform.ADM:
        return "the app decides what is shown"
    if not push.is_seen:
        return "nothing is shown: the app gets the data in the background"
    parts = [" — ".join(text for text in (push.title, push.text) if text)]
    if push.badge is not None:
        parts.append(f"badge {push.badge}" if push.badge else "badge taken away")
    if push.sound:
        parts.append(f"sound {push.sound}")
    return " · ".join(part for part in parts if part)
