"""How findings are written for programs and for people, and a repair before it is done."""

from __future__ import annotations

import json

from sqsview.domain.doctor import Code, Finding
from sqsview.operations.diagnosis import Diagnosis
from sqsview.operations.doctor_forms import as_json, as_text, in_numbers, repair_lines, summary
from tests.domain.doctor.test_findings import PLANTED
from tests.domain.doctor.world import healthy
from tests.support.things import subscription


def found(*codes: Code) -> tuple[Finding, ...]:
    world = healthy()
    for code in codes:
        world = PLANTED[code][0](world)
    return world.findings()


def lines(code: Code) -> list[str]:
    (finding,) = found(code)
    assert finding.repair is not None
    return repair_lines(finding.repair)


def test_the_document_has_the_six_names_of_the_contract() -> None:
    document = as_json(found(Code.DLQ_NOT_EMPTY, Code.TOPIC_NOT_ADMITTED))
    assert [each["code"] for each in document["findings"]] == ["topic-not-admitted", "dlq-not-empty"]
    assert all(list(each) == ["severity", "code", "thing", "evidence", "why", "fix"] for each in document["findings"])
    assert json.loads(json.dumps(document)) == document


def test_nothing_found_is_an_empty_list() -> None:
    assert as_json(()) == {"findings": []}


def test_a_person_reads_sign_thing_evidence_code_why_and_fix() -> None:
    text = as_text(Diagnosis(found(Code.DLQ_NOT_EMPTY), (), complete=True, queues=6, topics=2))
    first, why, fix, blank, last = text.splitlines()
    assert first == "! billing-dlq: about 57 dead letters of billing  [dlq-not-empty]"
    assert why.startswith("    why  Each of them is work")
    assert fix.startswith("    fix  look at them (v, or sqsview peek)")
    assert (blank, last) == ("", "1 warning in 6 queues and 2 topics")


def test_what_has_the_same_fix_is_told_together() -> None:
    world = PLANTED[Code.DLQ_NOT_EMPTY][0](healthy()).seen_queue("shipping-dlq.fifo", (1, 0, 0))
    text = as_text(Diagnosis(world.findings(), (), complete=True, queues=6, topics=2))
    assert [line[:15] for line in text.splitlines()[:3]] == ["! billing-dlq: ", "! shipping-dlq.", "    why  Each o"]
    assert text.count("    fix  ") == 1


def test_a_healthy_world_is_said_to_be_one_as_far_as_that_can_be_seen() -> None:
    told = summary(Diagnosis((), (), complete=True, queues=1, topics=0))
    assert told == "nothing is wrong in 1 queue and 0 topics, as far as what is set up shows"


def test_numbers_are_given_by_severity_the_worst_first() -> None:
    codes = (Code.DLQ_NOT_EMPTY, Code.TOPIC_NOT_ADMITTED, Code.TOPIC_UNHEARD, Code.DLQ_ORPHANED)
    assert in_numbers(found(*codes)) == "1 error, 2 warnings, 1 note"


def test_hostile_names_reach_no_terminal() -> None:
    world = healthy().subscribed("orders", subscription("orders", "\x1b[2Jevil", "sqs"))
    text = as_text(Diagnosis(world.findings(), (), complete=True, queues=6, topics=2))
    assert "\x1b" not in text and "␛[2Jevil" in text


def test_a_policy_is_shown_line_by_line_and_only_what_comes_new_is_marked() -> None:
    told = lines(Code.TOPIC_NOT_ADMITTED)
    assert told[0].startswith("sqs:SetQueueAttributes on billing: adds one statement")
    marked = [line for line in told if line.startswith("  + ")]
    assert any('"Sid": "sqsview-orders"' in line for line in marked)
    assert not any(line.startswith("  - ") and "Sid" in line for line in told)
    assert told[-1] == "it takes up to 60 s to be in force"


def test_a_single_value_is_shown_before_and_after() -> None:
    assert "MessageRetentionPeriod: 345600 → 1209600" in lines(Code.DLQ_RETENTION)
    assert "KmsMasterKeyId: alias/aws/sqs → not set" in lines(Code.AWS_MANAGED_KEY)


def test_a_queue_that_is_made_is_shown_with_its_attributes() -> None:
    told = lines(Code.SUBSCRIPTION_DLQ_GONE)
    assert told[0].startswith("sqs:CreateQueue on undelivered: makes undelivered")
    assert "MessageRetentionPeriod: not set → 1209600" in told
    assert any('"aws:SourceArn"' in line for line in told), "the topic is admitted in the same call"


def test_a_deletion_says_what_goes_with_it() -> None:
    told = lines(Code.QUEUE_GONE)
    assert told == ["sns:Unsubscribe on legacy: deletes the subscription of legacy to orders"]
