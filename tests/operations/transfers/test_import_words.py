"""How far an import is and how it ended, in words."""

from __future__ import annotations

from sqsview.domain.problem import Problem, ProblemKind
from sqsview.operations.import_progress import ImportFailure, ImportProgress
from sqsview.operations.import_words import ending, failures_by_reason, lines_named, progress_line, summary


def test_lines_are_named_in_ranges() -> None:
    assert lines_named([7]) == "line 7"
    assert lines_named([30, 3, *range(21, 30), 3]) == "lines 3, 21–30"
    assert lines_named(range(1_000, 3_000)) == "lines 1,000–2,999"
    assert lines_named(range(1, 100, 2)).endswith(", 39 and 30 more")


def test_the_line_while_it_goes_on_says_how_far_it_is() -> None:
    assert progress_line(ImportProgress(checked=12_000)) == "12,000 lines checked"
    assert progress_line(ImportProgress(total=1_000, sent=120, rate=45.0, eta=20.0)) == (
        "120 of 1,000 sent · 45 a second · 20 s left"
    )


def test_the_summary_has_every_message_in_one_of_its_figures() -> None:
    progress = ImportProgress(total=1_000, before=500, sent=100, failed=2, unsure=(3, 4))
    assert summary(progress) == "600 of 1,000 sent · 500 of them before · 2 refused · 2 not known · 396 not tried"
    assert summary(ImportProgress(total=5, sent=5)) == "5 of 5 sent"


def test_the_end_says_what_may_be_there_twice_and_how_to_go_on() -> None:
    progress = ImportProgress(
        total=9, sent=1, unsure=(2, 3), twice=(1,), problem=Problem(ProblemKind.DENIED, "denied", "ask somebody")
    )
    given_up, twice, unsure, on = ending(progress)
    assert given_up.startswith("given up: denied")
    assert twice == "line 1 may be there twice: sent again, for nobody knew whether they were taken"
    assert unsure.startswith("lines 2–3 may have been sent, that is not known")
    assert on == "the same import again sends what is not there yet, and nothing else"
    assert list(ending(ImportProgress(total=5, sent=5))) == []


def test_refused_lines_are_told_by_reason() -> None:
    failures = tuple(ImportFailure(line, "busy" if line % 2 else "no") for line in (2, 3, 4))
    assert list(failures_by_reason(ImportProgress(failures=failures))) == ["lines 2, 4: no", "line 3: busy"]
