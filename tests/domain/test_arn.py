"""Amazon Resource Names, and the names inside queue URLs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.domain.arn import Arn, account_in_url, is_arn, is_fifo, name_of

PART = st.text(st.characters(exclude_characters=":"), min_size=1)


@given(
    partition=PART,
    service=PART,
    region=st.just("") | PART,
    account=st.just("") | PART,
    resource=st.text(min_size=1),
)
def test_an_arn_survives_being_written_and_read(
    partition: str, service: str, region: str, account: str, resource: str
) -> None:
    arn = Arn(partition, service, region, account, resource)
    assert Arn.parse(str(arn)) == arn


@given(st.text())
def test_text_is_an_arn_or_is_refused(text: str) -> None:
    if is_arn(text):
        assert str(Arn.parse(text)) == text
    else:
        with pytest.raises(ValueError, match="not an ARN"):
            Arn.parse(text)


@pytest.mark.parametrize(
    "literal", ["PendingConfirmation", "Deleted", "pending confirmation", "", "arn:aws:sns:eu-west-1:1:"]
)
def test_what_a_listing_gives_in_place_of_an_arn_is_none(literal: str) -> None:
    assert not is_arn(literal)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("arn:aws:sqs:eu-west-1:123456789012:orders", "orders"),
        ("arn:aws:sns:eu-west-1:123456789012:orders:0f-1e", "0f-1e"),
        ("arn:aws:sns:eu-west-1:123456789012:app/APNS/shop", "shop"),
        ("arn:not really", "arn:not really"),
        ("https://sqs.eu-west-1.amazonaws.com/123456789012/orders.fifo", "orders.fifo"),
        ("http://127.0.0.1:5005/123456789012/orders/", "orders"),
        ("http://host/000000000000/with%20space", "with space"),
        ("https://hooks.example.com", "https://hooks.example.com"),
        ("http://[never-closed/x", "http://[never-closed/x"),
        ("orders", "orders"),
    ],
)
def test_the_short_name_of_arns_urls_and_names(text: str, name: str) -> None:
    assert name_of(text) == name


@given(st.text() | st.text().map("https://".__add__) | st.text().map("arn:".__add__))
def test_any_text_has_a_name_and_perhaps_an_account(text: str) -> None:
    """Endpoints of subscriptions are what anybody wrote."""
    assert isinstance(name_of(text), str)
    account = account_in_url(text)
    assert account is None or (len(account) == 12 and account.isascii() and account.isdigit())


@pytest.mark.parametrize(
    ("url", "account"),
    [
        ("https://sqs.eu-west-1.amazonaws.com/123456789012/orders", "123456789012"),
        ("https://eu-west-1.queue.amazonaws.com/123456789012/orders", "123456789012"),
        ("http://localhost:4566/queue/eu-west-1/000000000000/orders", "000000000000"),
        ("http://localhost:9324/queue/orders", None),
        ("http://localhost/１２３４５６７８９０１２/orders", None),
        ("http://[broken", None),
    ],
)
def test_the_account_is_in_the_path_whatever_the_host(url: str, account: str | None) -> None:
    assert account_in_url(url) == account


def test_the_suffix_tells_fifo() -> None:
    assert is_fifo("arn:aws:sns:eu-west-1:123456789012:orders.fifo")
    assert not is_fifo("orders.fifo-dlq")
