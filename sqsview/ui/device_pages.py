"""The devices of a push application as far as they were read: the newest so many, however many there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqsview.domain.push import PlatformEndpoint

KEPT = 2_000
"""Devices that are kept at most: all of them are sorted after every page, while keys wait."""


class DevicePages:
    """Keeps what was read, in its order."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._kept: dict[str, PlatformEndpoint] = {}
        self.read = 0
        """How many were read so far, also those that are no longer kept."""

    @property
    def all(self) -> Iterable[PlatformEndpoint]:
        """Those that are kept."""
        return self._kept.values()

    def get(self, arn: str) -> PlatformEndpoint | None:
        """Give one of those that are kept."""
        return self._kept.get(arn)

    def add(self, page: Collection[PlatformEndpoint], needed: Collection[str]) -> None:
        """Take a page more, and let go of the oldest beyond the bound, but never of what is ``needed``."""
        self.read += len(page)
        self._kept.update((device.arn, device) for device in page)
        over = len(self._kept) - self._most
        if over > 0:
            fresh = {device.arn for device in page}
            for arn in [arn for arn in self._kept if arn not in needed and arn not in fresh][:over]:
                del self._kept[arn]

    def put(self, device: PlatformEndpoint) -> None:
        """Show a device as it is now, or one that was just made."""
        self.read += device.arn not in self._kept
        self._kept[device.arn] = device

    def drop(self, arn: str) -> None:
        """Forget one that is gone."""
        self.read -= self._kept.pop(arn, None) is not None

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()
        self.read = 0
