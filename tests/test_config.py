"""Settings: file, environment and flags become one object, or one line that says what is wrong."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqsview.config import (
    FLAGS,
    PER_PROFILE,
    VARIABLES,
    Settings,
    check_document,
    default_log_file,
    describe_settings,
    load_settings,
)
from sqsview.config_values import KINDS
from sqsview.domain.text import printable
from sqsview.errors import ConfigError, UsageError


class Home:
    """A person's home directory with a configuration file in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path / ".config/sqsview/config.toml"

    def write(self, text: str) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(text, encoding="utf-8")

    def load(self, flags: Mapping[str, object] | None = None, **variables: str) -> Settings:
        return load_settings(flags or {}, {"HOME": str(self.path), **variables})

    def fault(self, flags: Mapping[str, object] | None = None, **variables: str) -> str:
        with pytest.raises(ConfigError) as caught:
            self.load(flags, **variables)
        return str(caught.value)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_nothing_is_needed(home: Home) -> None:
    settings = home.load()
    assert settings == Settings()
    assert (settings.budget, settings.read_only, settings.cloudwatch, settings.config_file) == (
        None,
        False,
        False,
        None,
    )


def test_settings_cannot_be_changed(home: Home) -> None:
    with pytest.raises(FrozenInstanceError):
        home.load().read_only = True  # type: ignore[misc]


def test_the_file_can_say_everything(home: Home) -> None:
    home.write(
        """
        profile = "shop"
        region = "eu-west-1"
        endpoint_url = "https://localhost:4566"
        read_only = true
        prefix = "order"
        queues = ["orders", "arn:aws:sqs:eu-west-1:123456789012:mail"]
        budget = 20
        cloudwatch = true
        protected = ["*-prod"]
        theme = "nord"
        log_file = "/tmp/sqsview.log"
        [keys]
        refresh = "f5,ctrl+r"
        """
    )
    assert home.load() == Settings(
        profile="shop",
        region="eu-west-1",
        endpoint_url="https://localhost:4566",
        read_only=True,
        prefix="order",
        queues=("orders", "arn:aws:sqs:eu-west-1:123456789012:mail"),
        budget=20.0,
        cloudwatch=True,
        protected=("*-prod",),
        theme="nord",
        keys={"refresh": "f5,ctrl+r"},
        log_file=Path("/tmp/sqsview.log"),
        config_file=home.file,
    )


def test_environment_is_above_the_file_and_flags_are_above_both(home: Home) -> None:
    home.write('region = "eu-west-1"\nbudget = 1\nprefix = "a"')
    settings = home.load({"budget": "3"}, SQSVIEW_BUDGET="2", SQSVIEW_PREFIX="b")
    assert (settings.region, settings.budget, settings.prefix) == ("eu-west-1", 3.0, "b")


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", True), ("true", True), ("YES", True), ("on", True), ("0", False), ("off", False)],
)
def test_switches_in_the_environment_have_the_usual_words(home: Home, text: str, value: bool) -> None:
    home.write(f"read_only = {str(not value).lower()}")
    assert home.load(SQSVIEW_READ_ONLY=text).read_only is value


def test_lists_in_the_environment_are_separated_by_commas(home: Home) -> None:
    assert home.load(SQSVIEW_QUEUES="orders, mail,").queues == ("orders", "mail")


def test_an_empty_variable_says_nothing(home: Home) -> None:
    home.write("budget = 7")
    assert home.load(SQSVIEW_BUDGET="").budget == 7.0


def test_variables_of_aws_are_not_touched(home: Home) -> None:
    settings = home.load(AWS_PROFILE="shop", AWS_REGION="eu-west-1", AWS_ENDPOINT_URL="http://x")
    assert settings == Settings()


# -- where the file is


def test_the_file_may_live_in_xdg_config_home(home: Home, tmp_path: Path) -> None:
    home.write("budget = 1")
    other = tmp_path / "xdg/sqsview/config.toml"
    other.parent.mkdir(parents=True)
    other.write_text("budget = 2")
    assert home.load(XDG_CONFIG_HOME=str(tmp_path / "xdg")).budget == 2.0
    assert home.load(XDG_CONFIG_HOME="relative/is/ignored").budget == 1.0


def test_a_file_that_was_asked_for_is_read_in_place_of_the_default(home: Home, tmp_path: Path) -> None:
    home.write("budget = 1")
    for name in ("variable", "flag"):
        (tmp_path / name).write_text(f'theme = "{name}"')
    variable = str(tmp_path / "variable")
    assert home.load(SQSVIEW_CONFIG=variable) == Settings(theme="variable", config_file=Path(variable))
    assert home.load({"config_file": str(tmp_path / "flag")}, SQSVIEW_CONFIG=variable).theme == "flag"


def test_a_file_that_was_asked_for_must_be_there(home: Home) -> None:
    assert home.fault(SQSVIEW_CONFIG="/nowhere/x.toml") == "/nowhere/x.toml: cannot be read: No such file or directory"


def test_without_a_home_there_is_no_file_and_no_log() -> None:
    assert load_settings({}, {}) == Settings()
    assert default_log_file({}) is None


def test_the_log_lives_in_the_state_directory() -> None:
    assert default_log_file({"HOME": "/home/me"}) == Path("/home/me/.local/state/sqsview/sqsview.log")
    assert default_log_file({"HOME": "/home/me", "XDG_STATE_HOME": "/s"}) == Path("/s/sqsview/sqsview.log")


# -- profiles


def test_a_profile_has_its_own_care_and_colour(home: Home) -> None:
    home.write(
        """
        theme = "nord"
        budget = 20
        [profiles.prod]
        read_only = true
        theme = "dracula"
        protected = ["*"]
        """
    )
    settings = home.load()
    prod, other = settings.for_profile("prod"), settings.for_profile("dev")
    assert (prod.read_only, prod.theme, prod.protected, prod.budget) == (True, "dracula", ("*",), 20.0)
    assert (other.read_only, other.theme, other.protected) == (False, "nord", ())


def test_switching_from_one_profile_to_another_leaves_nothing_behind(home: Home) -> None:
    home.write("[profiles.prod]\nread_only = true\n[profiles.dev]\ntheme = 'nord'")
    settings = home.load()
    assert settings.for_profile("dev").read_only is False
    assert settings.for_profile("prod").theme is None


def test_no_profile_opens_what_a_flag_or_a_variable_closed(home: Home) -> None:
    home.write("[profiles.dev]\nread_only = false")
    assert home.load({"read_only": True}).for_profile("dev").read_only is True
    assert home.load(SQSVIEW_READ_ONLY="1").for_profile("dev").read_only is True


# -- what is wrong


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('budget = "fast"', 'budget = "fast": must be a number of calls a second above 0'),
        ('budget = "5"', 'budget = "5": must be a number of calls a second above 0'),
        ("budget = 0", "budget = 0: must be a number of calls a second above 0"),
        ("budget = nan", "budget = nan: must be a number of calls a second above 0"),
        ("budget = true", "budget = true: must be a number of calls a second above 0"),
        ("read_only = 1", "read_only = 1: must be true or false"),
        ('read_only = "yes"', 'read_only = "yes": must be true or false'),
        (
            'endpoint_url = "localhost"',
            'endpoint_url = "localhost": must be a URL such as http://localhost:4566',
        ),
        ('queues = "orders"', 'queues = "orders": must be a list such as ["orders", "orders-dlq"]'),
        ("queues = [1]", 'queues = [1]: must be a list such as ["orders", "orders-dlq"]'),
        ("keys.help = 5", 'keys = {…}: must be a table of action and keys such as refresh = "f5"'),
        ("read-only = true", "read-only = true: no such setting; did you mean read_only?"),
        ("profiles = 5", "profiles = 5: must be tables such as [profiles.shop]"),
        ("profiles.p.readonly = true", "profiles.p.readonly = true: no such setting; did you mean read_only?"),
        ("profiles.p.budget = -1", "profiles.p.budget = -1: must be a number of calls a second above 0"),
        ('region = "Frankfurt am Main"', 'region = "Frankfurt am Main": must be a region such as eu-west-1'),
        (r'profile = "\u001b[2J"' + "\ntheme = 1", "theme = 1: must be text"),
    ],
)
def test_a_fault_names_file_key_and_value(home: Home, text: str, said: str) -> None:
    home.write(text)
    told = home.fault()
    assert told == f"~/.config/sqsview/config.toml: {said}"


def test_an_unknown_key_with_no_near_one_lists_what_there_is(home: Home) -> None:
    home.write("zzz = 1")
    assert home.fault().endswith(
        "zzz = 1: no such setting; there are budget, cloudwatch, count_redrives, endpoint_url, keys, log_file, prefix, "
        "profile, protected, queues, read_only, read_only_looks, region, theme"
    )


def test_text_that_is_not_toml_is_said_with_its_place(home: Home) -> None:
    home.write("budget 5")
    assert home.fault().startswith("~/.config/sqsview/config.toml: is not TOML: ")
    assert "line 1" in home.fault()


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a = " + b"[" * 100_000, b"a = " + b"9" * 5_000])
def test_a_file_that_breaks_the_reader_is_one_line(home: Home, content: bytes) -> None:
    home.write("")
    home.file.write_bytes(content)
    assert home.fault().count("\n") == 0


def test_a_variable_is_named_with_its_value(home: Home) -> None:
    said = 'SQSVIEW_BUDGET = "fast": must be a number of calls a second above 0'
    assert home.fault(SQSVIEW_BUDGET="fast") == said


def test_a_misspelt_variable_is_not_passed_over(home: Home) -> None:
    """A read-only wish that is silently ignored would be the worst of all faults."""
    assert home.fault(SQSVIEW_READONLY="1") == "SQSVIEW_READONLY: no such variable; did you mean SQSVIEW_READ_ONLY?"


def test_a_wrong_flag_is_wrong_usage(home: Home) -> None:
    with pytest.raises(UsageError, match=r'^--budget "0": must be a number of calls a second above 0$'):
        home.load({"budget": "0"})


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x",
        "http://",
        "http://x:99999",
        "http://x:0",
        "http://[::1",
        "http://a b",
        "http://x\x1b[2J",
        "//x",
    ],
)
def test_only_web_addresses_are_endpoints(home: Home, url: str) -> None:
    with pytest.raises(UsageError, match="must be a URL"):
        home.load({"endpoint_url": url})


@pytest.mark.parametrize("url", ["http://localhost:4566", "https://sqs.example.com/base", "http://[::1]:9324"])
def test_web_addresses_are_endpoints(home: Home, url: str) -> None:
    assert home.load({"endpoint_url": url}).endpoint_url == url


# -- anything at all

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=1 << 20_000, max_value=1 << 20_001)
    | st.floats()
    | st.text(max_size=20)
    | st.dates()
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)
_KEYS = st.sampled_from([*KINDS, "profiles"]) | st.text(max_size=12)
_PROFILES = st.fixed_dictionaries(
    {"profiles": st.dictionaries(st.text(max_size=8), st.dictionaries(st.sampled_from(PER_PROFILE), _VALUES))}
)


@given(st.dictionaries(_KEYS, _VALUES, max_size=4) | _PROFILES)
def test_any_document_gives_settings_or_one_line(document: dict[str, Any]) -> None:
    try:
        checked = check_document(document, "config.toml")
    except ConfigError as fault:
        assert str(fault).startswith("config.toml: ")
        assert str(fault) == printable(str(fault))
    else:
        settings = Settings(**checked)
        assert settings.budget is None or settings.budget > 0
        assert isinstance(settings.read_only, bool)
        for name in settings.profiles:
            assert settings.for_profile(name).region == settings.region


@given(text=st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_any_text_in_the_file_gives_settings_or_one_line(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    home = Home(tmp_path_factory.getbasetemp() / "anything")
    home.write(text)
    try:
        assert isinstance(home.load(), Settings)
    except ConfigError as fault:
        assert str(fault) == printable(str(fault))


@given(name=st.sampled_from(sorted(VARIABLES)), text=st.text(alphabet=st.characters(exclude_characters="\0")))
def test_any_text_in_a_variable_gives_settings_or_one_line(name: str, text: str) -> None:
    try:
        assert isinstance(load_settings({}, {VARIABLES[name]: text}), Settings)
    except ConfigError as fault:
        assert str(fault) == printable(str(fault))


# -- what is told of them


def test_every_field_is_described_and_can_be_set() -> None:
    names = [field.name for field in fields(Settings)]
    assert list(describe_settings()) == names
    assert all(said.endswith(".") for said in describe_settings().values())
    assert {*KINDS, "profiles"} == set(names)
    assert set(FLAGS) <= set(VARIABLES) <= set(names)


def test_the_file_of_the_person_who_runs_the_tests_is_not_read(home: Home) -> None:
    """Every place that is looked at comes from the environment that was given."""
    assert home.load() == Settings()
    assert "HOME" in os.environ or default_log_file(os.environ) is None
