"""The command line: the composition root, the only importer of both aws and ui."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from sqsview import __version__
from sqsview.command_line import PROGRAM, Command, Parser, Request, help_text, read_command_line
from sqsview.commands import doctor, exporting, fanout, importing, match, peek, publish, purge, redrive
from sqsview.config import Settings, describe_settings, load_settings, nearest, state_directory, tilde
from sqsview.config_values import shown
from sqsview.errors import ConfigError, Interrupted, SqsviewError, UsageError
from sqsview.gateway import ASKED_BUDGET, LISTING_BUDGET, LOADING_BUDGET, Gateway, Opener, Target
from sqsview.output import bug_reporter, require_terminal, say, start_log, write

if TYPE_CHECKING:
    import argparse

    from sqsview.aws.credentials import RoleCache
    from sqsview.demo.companion import Companion
    from sqsview.live.feed import Feed
    from sqsview.operations.listing import Listing
    from sqsview.operations.state import State

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130
"""Exit codes; 130 is what a shell gives for a program that ctrl+c ended."""


def _listing_options(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON document")


COMMANDS = {
    "demo": Command("the dashboard on a small company of its own: no account, no network"),
    "ls": Command("queues and topics, once, to standard output", _listing_options),
    "peek": Command("messages of a queue, by one look that gives them back", peek.add_options),
    "publish": Command("a message to a queue or topic, once or many times", publish.add_options),
    "redrive": Command("a dead-letter queue back to where its messages came from", redrive.add_options),
    "purge": Command("everything in a queue deleted, after a backup where wanted", purge.add_options),
    "export": Command("all messages of a queue to a file of JSON lines", exporting.add_options),
    "import": Command("the messages of such a file to a queue", importing.add_options),
    "fanout": Command("the fan-out that a file describes, built and traced", fanout.add_options),
    "doctor": Command("what is wrong with how queues and topics are connected", doctor.add_options),
    "match": Command("whether a message gets through a filter policy, or to whom of a topic", match.add_options),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and give its exit code: 0 done, 1 refused or failed, 2 wrong usage."""
    sys.excepthook = bug_reporter(None)
    try:
        return _run(read_command_line(sys.argv[1:] if arguments is None else arguments, COMMANDS))
    except (UsageError, ConfigError) as fault:
        say(str(fault))
        return WRONG_USAGE
    except Interrupted as end:
        return end.exit_code
    except SqsviewError as fault:
        say(str(fault))
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(request: Request) -> int:
    if request.help:
        write(help_text(request.command, COMMANDS, describe_settings()))
        return DONE
    if request.version:
        write(f"{PROGRAM} {__version__}\n")
        return DONE
    settings = load_settings(request.flags, os.environ)
    if request.command == "demo":
        settings = _of_demo(settings, request.flags)
    log = start_log(settings)
    sys.excepthook = bug_reporter(log)
    if request.command == "ls":
        return _list(settings, as_document=request.options.json)
    if request.command == "peek":
        peek.peek(_connection(settings), _state(), request.options)
        return DONE
    if request.command == "publish":
        return DONE if publish.publish(_connection(settings), request.options) else FAILED
    if request.command == "redrive":
        return DONE if redrive.redrive(_connection(settings), _state(), request.options) else FAILED
    if request.command == "purge":
        return DONE if purge.purge(_connection(settings), _state(), request.options) else FAILED
    if request.command == "export":
        exporting.export(_connection(settings), _state(), request.options)
        return DONE
    if request.command == "import":
        return DONE if importing.import_file(_connection(settings), _state(), request.options) else FAILED
    if request.command == "fanout":
        return DONE if fanout.fanout(_connection(settings), _state(), request.options) else FAILED
    if request.command == "match":
        return DONE if match.match(lambda: _connection(settings), request.options) else FAILED
    if request.command == "doctor":
        return DONE if _examine(settings, request.options) else FAILED
    return _dashboard(settings, demo=request.command == "demo")


def _examine(settings: Settings, options: argparse.Namespace) -> bool:
    target = _target(settings)
    ages = settings.for_profile(_profile_in_use(target)).cloudwatch
    connection = _opener(settings, _ask_for_mfa(target), LISTING_BUDGET)(target)
    return doctor.doctor(connection, options, prefix=settings.prefix, queues=settings.queues, ages=ages)


def _list(settings: Settings, *, as_document: bool) -> int:
    target = _target(settings)
    roles = _ask_for_mfa(target)
    import asyncio

    listing = asyncio.run(_read_listing(settings, _opener(settings, roles, LISTING_BUDGET)(target)))
    from sqsview.operations.listing_forms import as_json, as_text, json_text, problem_lines

    write(json_text(as_json(listing)) if as_document else as_text(listing))
    for line in problem_lines(listing.problems, together=not as_document):
        say(line)
    return DONE if listing.complete else FAILED


async def _read_listing(settings: Settings, connection: AbstractAsyncContextManager[Gateway]) -> Listing:
    async with connection as gateway:
        from sqsview.operations.listing import list_everything

        return await list_everything(gateway, prefix=settings.prefix, queues=settings.queues)


def _dashboard(settings: Settings, *, demo: bool) -> int:
    require_terminal()
    target = _target(settings)
    with ExitStack() as stack:
        server = stack.enter_context(_demo_companion()) if demo else None
        roles = None if demo else _ask_for_mfa(target)
        from sqsview.ui.actions import ACTIONS
        from sqsview.ui.app import Dashboard, UiOptions
        from sqsview.ui.keymap import keymap_fault

        here = settings.for_profile(_profile_in_use(target))
        _check_names(settings, "keys", here.keys, [action.id for action in ACTIONS])
        if fault := keymap_fault(here.keys):
            name, reason = fault
            raise ConfigError(f"{_source(settings)}keys.{name} = {shown(here.keys[name])}: {reason}")

        def make_feed() -> Feed:
            from sqsview.live.feed import Feed, FeedOptions

            def options(target: Target) -> FeedOptions:
                there = settings.for_profile(_profile_in_use(target))
                return FeedOptions(
                    prefix=there.prefix, queues=there.queues, budget=there.budget, cloudwatch=there.cloudwatch
                )

            return Feed(_opener(settings, roles, LOADING_BUDGET, server), target, options)

        app = Dashboard(make_feed, UiOptions(theme=here.theme, keys=here.keys), state=_state(demo=demo))
        _check_names(settings, "theme", [here.theme] if here.theme else [], app.available_themes)
        app.run()
    if app.fault is not None:
        raise app.fault
    return app.return_code or DONE


def _opener(settings: Settings, roles: RoleCache | None, budget: float, server: Companion | None = None) -> Opener:
    """Give what connects: a profile's own settings are looked up for whatever profile is asked for."""

    @asynccontextmanager
    async def open_target(target: Target) -> AsyncIterator[Gateway]:
        here = settings.for_profile(_profile_in_use(target))
        if server is not None:
            target = Target(region=target.region, endpoint_url=await server.address())
        from sqsview.aws.session import open_gateway

        async with open_gateway(
            target,
            budget=here.budget or budget,
            asked=here.budget or ASKED_BUDGET,
            roles=roles,
            demo=server is not None,
            read_only=here.read_only,
            read_only_looks=here.read_only_looks,
            protected=here.protected,
            count_redrives=here.count_redrives,
        ) as gateway:
            yield gateway

    return open_target


def _connection(settings: Settings) -> AbstractAsyncContextManager[Gateway]:
    """Give the connection of a command, which a person waits for."""
    target = _target(settings)
    return _opener(settings, _ask_for_mfa(target), ASKED_BUDGET)(target)


def _state(*, demo: bool = False) -> State:
    from sqsview.operations.state import State

    # What the demo's messages met is no news to anybody: its server is another one each time.
    return State(None if demo else state_directory(os.environ))


def _target(settings: Settings) -> Target:
    return Target(settings.profile, settings.region, settings.endpoint_url)


def _profile_in_use(target: Target) -> str:
    # botocore reads AWS_DEFAULT_PROFILE before AWS_PROFILE. Keys in the environment beat both, but a profile
    # that was made read-only stays so for whoever works in its name.
    env = os.environ
    return target.profile or env.get("AWS_DEFAULT_PROFILE") or env.get("AWS_PROFILE") or "default"


def _ask_for_mfa(target: Target) -> RoleCache | None:
    """Ask for the code that the profile wants, before the event loop runs and before the screen is taken."""
    from sqsview.aws.mfa import ask_for_mfa, needs_mfa

    if not needs_mfa(target.profile):
        return None
    try:
        return ask_for_mfa(target)
    except EOFError:
        raise SqsviewError("an MFA code is needed; start sqsview in a terminal, which can ask for it") from None


def _demo_companion() -> Companion:
    from sqsview.demo.account import DEMO_CREDENTIALS
    from sqsview.demo.companion import Companion

    # This process has the demo's keys and nothing of the user's: not even their files are read.
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    os.environ.update({**DEMO_CREDENTIALS, **nowhere, "AWS_EC2_METADATA_DISABLED": "true"})
    return Companion()


def _of_demo(settings: Settings, flags: Mapping[str, object]) -> Settings:
    """Leave out what is about the user's own account; only a flag narrows the demo."""
    for name, flag in (("profile", "--profile"), ("region", "--region"), ("endpoint_url", "--endpoint-url")):
        if name in flags:
            raise UsageError(f"{flag} does not go with demo, which has an account and a server of its own")
    return replace(
        settings,
        profile=None,
        region=None,
        endpoint_url=None,
        prefix=settings.prefix if "prefix" in flags else "",
        queues=settings.queues if "queues" in flags else (),
    )


def _source(settings: Settings) -> str:
    return f"{tilde(settings.config_file, os.environ)}: " if settings.config_file else ""


def _check_names(settings: Settings, setting: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Check names that only the interface knows, which is loaded when the rest of the settings is checked."""
    for name in set(given) - set(known):
        raise ConfigError(f'{_source(settings)}{setting}: there is no "{name}"{nearest(name, known)}')
