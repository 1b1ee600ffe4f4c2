"""Push applications and their devices."""

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
