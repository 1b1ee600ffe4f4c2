"""Push applications and their devices."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.push import PlatformApplication, PlatformEndpoint


def test_name_and_platform_are_in_the_arn() -> None:
    application = PlatformApplication("arn:aws:sns:eu-west-1:123456789012:app/APNS_SANDBOX/shop")
    assert (application.name, application.platform) == ("shop", "APNS_SANDBOX")


@given(st.text())
def test_an_arn_that_is_none_still_has_a_name(arn: str) -> None:
    application = PlatformApplication(arn)
    assert isinstance(application.name, str)
    assert isinstance(application.platform, str)


@given(st.text(max_size=200))
def test_at_most_four_characters_of_a_token_are_shown(token: str) -> None:
    masked = PlatformEndpoint("arn", True, token).masked_token
    assert masked == "…" or (len(token) > 8 and masked == "…" + token[-4:])


def test_the_end_of_a_certificate_is_a_date_where_it_can_be_read() -> None:
    def ends(text: str | None) -> datetime | None:
        return PlatformApplication("arn", certificate_expires=text).ends

    assert ends("2026-02-14T09:30:00Z") == ends("2026-02-14T09:30:00") == datetime(2026, 2, 14, 9, 30, tzinfo=UTC)
    assert ends("never") is ends("") is ends(None) is None


def test_a_token_is_not_in_the_representation_of_a_device() -> None:
    assert "0123456789" not in repr(PlatformEndpoint("arn", True, "0123456789"))
