"""What a relay's "no" means: for each thing that can come back from a submit, whether it was taken and charged."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from manjuc import catalogue, project, source
from manjuc.failures import Busy, Phrases, in_prose, meaning, message_of, refusal, settled, told, understood, unended
from manjuc.wire import Finished, HttpResponse, Refused, Running, Unclear, Why


def shipped() -> Phrases:
    documents = [source.load(text)[0] for text in project.catalogue_sources()]
    return catalogue.phrases([document.data for document in documents if document])


PHRASES = shipped()
HTML = b"<!doctype html><html><head><title>New API</title></head><body>502 Bad gateway</body></html>"


def response(status: int, data: object, media: str = "application/json", **headers: str) -> HttpResponse:
    body = data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False).encode()
    return HttpResponse(status, media, body, {name.replace("_", "-"): value for name, value in headers.items()})


def error(message: str, **more: object) -> dict[str, object]:
    return {"error": {"message": message, "type": "new_api_error", "param": "", "code": None, **more}}


def refused(found: object) -> Why | None:
    return found.why if isinstance(found, Refused) else None


@pytest.mark.parametrize(
    "data",
    [
        {"task_id": "1"},
        {"choices": [{"message": {"content": "no error here"}}]},
        {"error": None, "task_id": "1"},
        {"error": "", "task_id": "1"},
        {"error": {}, "task_id": "1"},
        {"data": {"error": "inside is the dialect's business"}},
        [],
    ],
)
def test_what_looks_like_success_is_left_to_the_dialect(data: object) -> None:
    assert meaning(response(200, data), PHRASES) is None


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (400, "request"),
        (401, "auth"),
        (402, "balance"),
        (403, "auth"),
        (404, "request"),
        (413, "size"),
        (422, "request"),
    ],
)
def test_these_are_surely_refused_and_not_charged(status: int, why: Why) -> None:
    for data in (error("something is wrong"), {}, b"", HTML):
        assert refused(meaning(response(status, data), PHRASES)) == why


@pytest.mark.parametrize("status", [402, 403, 400, 401, 500, 503, 200])
@pytest.mark.parametrize(
    "message", ["用户额度不足, 剩余额度: ¥0.02", "账户余额不足", "insufficient_user_quota", "insufficient_credits"]
)
def test_an_empty_purse_is_named_wherever_refusal_is_sure(status: int, message: str) -> None:
    found = meaning(response(status, error(message)), PHRASES)
    if status in (500, 503):
        # Not in the table: it may have been said after the work was begun.
        assert isinstance(found, Unclear)
    else:
        assert found == Refused("balance", message)


def test_the_code_of_an_error_counts_as_its_words() -> None:
    """new-api says why in `code`, and something friendly in `message`."""
    quota = error("Please top up and try again", code="insufficient_user_quota")
    assert refused(meaning(response(403, quota), PHRASES)) == "balance"
    channel = error("Please contact the administrator", code="model_not_found")
    assert refused(meaning(response(503, channel), PHRASES)) == "model"
    blocked = error("Your request was rejected by the safety system", code="moderation_blocked")
    assert refused(meaning(response(400, blocked), PHRASES)) == "moderation"


@pytest.mark.parametrize("status", [200, 400, 403, 404, 422, 429, 451, 500, 502, 503])
@pytest.mark.parametrize("phrase", PHRASES.moderation)
def test_moderation_is_moderation_in_whatever_status_and_case(status: int, phrase: str) -> None:
    for message in (f"Error: {phrase}。", f"error: {phrase.upper()}", phrase.lower()):
        assert refused(meaning(response(status, error(message)), PHRASES)) == "moderation"


@pytest.mark.parametrize(
    "data",
    [
        {"message": "sora_content_violation"},
        {"code": "invalid_request", "message": "sora_content_violation", "data": None},
        {"detail": "sora_content_violation"},
        {"error": "sora_content_violation"},
        error("failed", message_zh="违反了OpenAI的相关服务政策"),
        {"fail_reason": "sora_content_violation"},
        b"upstream said: sora_content_violation",
    ],
)
def test_moderation_is_found_wherever_it_is_said(data: object) -> None:
    assert refused(meaning(response(500, data), PHRASES)) == "moderation"


@pytest.mark.parametrize("phrase", PHRASES.no_channel)
@pytest.mark.parametrize("status", [503, 404, 400, 200])
def test_a_model_without_a_channel_is_named(status: int, phrase: str) -> None:
    assert refused(meaning(response(status, error(f"{phrase} (request id: 1)")), PHRASES)) == "model"


@pytest.mark.parametrize("status", [408, 409, 425, 451, 500, 502, 503, 504, 520, 524, 529, 301, 302])
def test_all_else_is_uncertain(status: int) -> None:
    for data in (error("upstream error"), {}, b"", HTML):
        found = meaning(response(status, data, "text/html" if data == HTML else "application/json"), PHRASES)
        assert isinstance(found, Unclear)
        assert f"HTTP {status}" in found.message
        assert "<" not in found.message


def test_a_crowd_is_waited_for_as_long_as_the_relay_says() -> None:
    assert meaning(response(429, error("slow down"), retry_after="7"), PHRASES) == Busy(7.0, "slow down")
    assert meaning(response(429, error("slow down"), retry_after="0.5"), PHRASES) == Busy(0.5, "slow down")
    assert meaning(response(429, {}), PHRASES) == Busy(5.0, "{}")


@pytest.mark.parametrize("value", ["-3", "soon", "", "nan", "inf", "1e400", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_a_retry_after_that_makes_no_sense_is_still_a_bounded_wait(value: str) -> None:
    found = meaning(response(429, {}, retry_after=value), PHRASES)
    assert isinstance(found, Busy)
    assert 0 <= found.seconds <= 3_600


def test_a_page_instead_of_an_answer_is_not_taken_for_an_error() -> None:
    """A bare host answers with its dashboard and 200: the dialect calls it unclear."""
    assert meaning(response(200, HTML, "text/html"), PHRASES) is None


def test_an_error_in_an_answer_of_success_is_a_refusal() -> None:
    assert meaning(response(200, error("bad")), PHRASES) == Refused("failed", "bad")
    assert meaning(response(200, error("bad", message_zh="不行")), PHRASES) == Refused("failed", "不行")
    assert meaning(response(200, {"error": "bad"}), PHRASES) == Refused("failed", "bad")
    assert meaning(response(202, {"error": {"code": "broken"}}), PHRASES) == Refused("failed", "broken")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (error("wrong\n  key"), "wrong key"),
        (error("wrong", message_zh="错了"), "错了"),
        ({"message": "m"}, "m"),
        ({"msg": "m"}, "m"),
        ({"detail": ["x"]}, "x"),
        ({"success": False, "message": "无权"}, "无权"),
        (b"plain words", "plain words"),
        (b"", "no words"),
        (b"\xff\xfe\xff", "\ufffd\ufffd\ufffd"),
        (error("x" * 1_000), "x" * 300),
    ],
)
def test_what_an_answer_says_is_one_short_line(data: object, said: str) -> None:
    assert message_of(response(400, data)) == said


def test_a_page_is_read_without_its_tags() -> None:
    assert message_of(response(502, HTML, "text/html")) == "New API 502 Bad gateway"


def test_a_failed_job_is_sorted_by_its_words_as_well() -> None:
    assert refusal("当前分组下没有可用渠道", PHRASES, "failed").why == "model"
    assert refusal("余额不足", PHRASES, "failed").why == "balance"
    assert refusal("图片中包含名人", PHRASES, "failed").why == "moderation"
    assert refusal("generation failed", PHRASES, "failed") == Refused("failed", "generation failed")


@pytest.mark.parametrize("body", [b'{"error":' * 30_000, b"[" * 200_000, b'{"error": ' + b"1" * 6_000 + b"}"])
def test_an_answer_that_no_parser_takes_is_no_crash(body: bytes) -> None:
    assert meaning(response(200, body), PHRASES) is None, "the dialect says that it is no answer"
    refused, unclear = (meaning(response(status, body), PHRASES) for status in (400, 500))
    assert isinstance(refused, Refused)
    assert refused.why == "request"
    assert isinstance(unclear, Unclear)


@pytest.mark.parametrize("why", get_args(Why))
def test_every_refusal_names_its_cause_and_the_next_step_before_the_relays_words(why: Why) -> None:
    cause, step = str(told(why, "no, (really)")).removesuffix(" (the relay says: no, (really))").split("; ")
    assert cause
    assert step


@pytest.mark.parametrize(
    ("why", "step"),
    [
        ("auth", "MANJUC_API_KEY"),
        ("balance", "top up"),
        ("model", "manjuc models --live"),
        ("size", "smaller reference pictures"),
        ("moderation", "`on_failure`"),
    ],
)
def test_the_next_step_is_one_that_helps(why: Why, step: str) -> None:
    assert step in str(told(why, "no"))


@pytest.mark.parametrize("phrase", ["insufficient_quota", "insufficient_user_quota", "余额不足"])
def test_an_empty_purse_is_no_crowd(phrase: str) -> None:
    """OpenAI says 429 of both."""
    full = error("You exceeded your current quota", code=phrase)
    assert meaning(response(429, full, retry_after="7"), PHRASES) == Refused(
        "balance", "You exceeded your current quota"
    )
    assert meaning(response(429, error("You exceeded your current quota"), retry_after="7"), PHRASES) == Busy(
        7.0, "You exceeded your current quota"
    )


@pytest.mark.parametrize("phrase", PHRASES.moderation)
def test_a_page_says_nothing_of_a_call_whatever_stands_on_it(phrase: str) -> None:
    page = f"<!doctype html><title>{phrase}</title>".encode()
    for media in ("text/html", "text/plain", ""):
        assert isinstance(meaning(response(504, page, media), PHRASES), Unclear)
        assert meaning(response(200, page, media), PHRASES) is None
        assert understood(Unclear("not JSON"), response(200, page, media), PHRASES) == Unclear("not JSON")
        assert refused(meaning(response(403, page, media), PHRASES)) == "auth"
        running = Running("HTTP 504")
        assert settled(running, response(504, page, media), PHRASES) == running


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"success": False, "message": "系统繁忙"}, "系统繁忙"),
        ({"code": "invalid_request", "message": "size\n is wrong."}, "size is wrong"),
        ({"choices": [{"message": {"role": "assistant", "content": "I cannot draw this."}}]}, "I cannot draw this"),
        ({"data": [{"text": "sorry"}]}, "sorry"),
        ({"message": "x" * 1_000}, "x" * 300),
        (b"come back tomorrow", "come back tomorrow"),
    ],
)
def test_an_answer_without_a_result_is_told_with_the_relays_words(data: object, said: str) -> None:
    found = understood(Unclear("no picture: {…}"), response(200, data), PHRASES)
    assert found == Unclear(f"no picture: {{…}}; the relay says: {said}")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"success": False, "message": "余额不足"}, "balance"),
        ({"success": False, "message": "用户额度不足, 剩余额度: ¥0.02", "data": None}, "balance"),
        ({"code": "insufficient_user_quota", "message": "please top up", "data": None}, "balance"),
        ({"code": 402, "msg": "账户余额不足", "data": {}, "request_id": "20261123"}, "balance"),
        ({"code": 1, "msg": "当前分组下没有可用渠道"}, "model"),
        ({"success": False, "code": 200, "message": "model_not_found"}, "model"),
        ({"ok": False, "error_msg": "No available channel for it"}, "model"),
        ({"success": False, "message": "此内容可能违反了我们的内容政策"}, "moderation"),
    ],
)
def test_a_plain_no_with_status_200_is_a_refusal_of_its_class(data: object, why: Why) -> None:
    assert refused(understood(Unclear("no task: {…}"), response(200, data), PHRASES)) == why


@pytest.mark.parametrize(
    "data",
    [
        {"success": True, "message": "余额不足"},
        {"code": 200, "message": "余额不足 (warning)"},
        {"code": "success", "message": "余额不足"},
        {"code": 0, "message": "余额不足"},
        {"message": "余额不足"},
        {"success": False, "message": "余额不足", "job": "7"},
        {"success": False, "message": "余额不足", "data": [{"text": "half"}]},
        {"success": False, "message": "余额不足", "status": "queued"},
        {"success": False, "message": '{"task": "7", "error": "余额不足"}'},
        {"success": False, "detail": {"task": "7", "message": "余额不足"}},
        [{"success": False, "message": "余额不足"}],
        b"success: false, insufficient_balance",
    ],
)
def test_a_no_beside_what_may_be_a_job_or_a_result_leaves_the_call_uncertain(data: object) -> None:
    assert isinstance(understood(Unclear("no task: {…}"), response(200, data), PHRASES), Unclear)


@pytest.mark.parametrize(
    "more",
    [
        {"job_id": "7"},
        {"taskNo": 7},
        {"data": {"taskId": "7"}},
        {"result": '{"generation_id": "7"}'},
        {"usage": {"prompt_tokens": 9, "completion_tokens": 4000}},
        {"choices": [], "usage": {"output_tokens": 1}},
    ],
)
def test_an_error_beside_a_job_or_written_tokens_is_no_refusal(more: dict[str, object]) -> None:
    """What broke off halfway was taken: nobody sends it once more without a word."""
    found = response(200, error("upstream request timeout") | more)
    assert meaning(found, PHRASES) is None
    assert understood(Unclear("no text"), found, PHRASES) == Unclear(
        "no text; the relay says: upstream request timeout"
    )


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"job_id": ""},
        {"task_id": None},
        {"usage": {"completion_tokens": 0}},
        {"model": "m", "created": 1, "jobs": []},
    ],
)
def test_an_error_beside_nothing_that_was_begun_is_a_refusal(more: dict[str, object]) -> None:
    assert refused(meaning(response(200, error("bad size") | more), PHRASES)) == "failed"


@pytest.mark.parametrize(
    "data", [{}, [], {"weird": {"shape": [1, 2]}}, {"prompt": "it may contain sensitive information"}]
)
def test_an_answer_that_says_nothing_is_told_as_it_is(data: object) -> None:
    """Nor does a relay refuse by repeating what its author wrote."""
    assert understood(Unclear("no picture"), response(200, data), PHRASES) == Unclear("no picture")


@pytest.mark.parametrize(
    "data",
    [
        {"error": {"code": "moderation_blocked"}},
        {"data": {"error": {"message": "rejected as a result of our safety system"}}},
        {"detail": {"failure_reason": "It violates our content policy."}},
        {"reason_str": "内容涉及敏感信息"},
        {"message": '{"error": {"message": "\\u6d89\\u53ca\\u654f\\u611f\\u4fe1\\u606f"}}'},
    ],
)
def test_refused_content_is_known_wherever_an_answer_to_a_poll_says_so(data: dict[str, object]) -> None:
    assert refused(settled(Running("HTTP 500"), response(500, data), PHRASES)) == "moderation"


def test_a_poll_without_words_of_refusal_stays_what_it_is() -> None:
    for polled in (Running("HTTP 500"), Running("queued"), Finished(b"x"), Refused("failed", "no")):
        assert settled(polled, response(500, error("oops")), PHRASES) == polled


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (Running("IN_PROGRESS"), "the job 7 still runs (last word: IN_PROGRESS)"),
        (Running("HTTP 401", seen="nothing"), "check MANJUC_API_KEY"),
        (Running("HTTP 403", seen="nothing"), "nobody knows how it is"),
        (Running("SUCCESS without a link", seen="no link"), "gives no link of the web"),
        (Running("DecodingError", seen="nothing"), "did not say how the job 7 is (last word: DecodingError)"),
    ],
)
def test_a_job_without_an_end_is_told_as_far_as_it_is_known(last: Running, words: str) -> None:
    told = str(unended("7", last))
    assert words in told
    assert ("still runs" in told) == (last.seen == "status")


GOOD_TEXT = '{"shots": []}'
FILTERS = ["content_filter", "PROHIBITED_CONTENT", "SAFETY", "safety", "Content_Filter", "IMAGE_SAFETY", "RECITATION"]


@pytest.mark.parametrize("ending", FILTERS)
@pytest.mark.parametrize("left", ["", " \n", '{"title": "雨夜", "shots": [{"id": "s01"}, {"id": '])
def test_a_text_of_which_a_filter_left_nothing_whole_is_refused_by_the_name_of_the_filter(
    ending: str, left: str
) -> None:
    assert in_prose(Finished(left, ending), PHRASES) == Refused("moderation", ending)


@pytest.mark.parametrize("filtered", [{"native_finish_reason": "SAFETY"}, {"blockReason": "PROHIBITED_CONTENT"}])
@pytest.mark.parametrize("stream", [False, True])
def test_of_an_empty_text_every_word_of_the_answer_is_heard(filtered: dict[str, str], stream: bool) -> None:
    choice = {"index": 0, "message" if not stream else "delta": {"content": None}, "finish_reason": "stop", **filtered}
    data = {"choices": [choice], "usage": {"prompt_tokens": 9}}
    body = f"data: {json.dumps(data)}\n\ndata: [DONE]\n\n".encode() if stream else json.dumps(data).encode()
    got = HttpResponse(200, "text/event-stream" if stream else "application/json", body)
    said = in_prose(Finished("", "stop"), PHRASES, got)
    assert isinstance(said, Refused)
    assert said.why == "moderation"
    assert in_prose(Finished(GOOD_TEXT, "stop"), PHRASES, got) == Finished(GOOD_TEXT, "stop")


def test_words_that_a_filter_left_in_the_place_of_a_text_are_told() -> None:
    assert in_prose(Finished("抱歉，\n换一个吧", "SAFETY"), PHRASES) == Refused("moderation", "抱歉， 换一个吧")


@pytest.mark.parametrize("ending", [*FILTERS, "stop", "length", ""])
@pytest.mark.parametrize("whole", ['{"shots": []}', '好的：\n```json\n{"title": "{{"}\n```', '{"shots": [],}'])
def test_a_whole_text_is_kept_whatever_is_said_to_have_ended_it(ending: str, whole: str) -> None:
    assert in_prose(Finished(whole, ending), PHRASES) == Finished(whole, ending)


@pytest.mark.parametrize("ending", ["stop", "length", "tool_calls", "", "OTHER"])
@pytest.mark.parametrize("text", ["", '{"shots": [', "我先说说思路。"])
def test_an_empty_or_broken_text_that_no_filter_ended_is_a_bad_answer_and_no_refusal(ending: str, text: str) -> None:
    assert in_prose(Finished(text, ending), PHRASES) == Finished(text, ending)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        *(({"choices": [{"message": {"content": None}, "finish_reason": each}]}, each) for each in FILTERS),
        (
            {"choices": [{"message": {"content": ""}, "finish_reason": "stop", "native_finish_reason": "SAFETY"}]},
            "SAFETY",
        ),
        ({"candidates": [{"finishReason": "IMAGE_RECITATION"}]}, "IMAGE_RECITATION"),
        ({"promptFeedback": {"blockReason": "BLOCKLIST"}}, "BLOCKLIST"),
        ({"choices": [{"message": {"content": "I cannot."}, "finish_reason": "content_filter"}]}, "I cannot"),
        ({"choices": [{"message": {"content": None, "refusal": "I can't draw that."}}]}, "I can't draw that"),
    ],
)
def test_a_picture_that_a_filter_took_or_a_model_declines_is_refused_content(data: object, said: str) -> None:
    assert understood(Unclear("no picture"), response(200, data), PHRASES) == Refused("moderation", said)


@pytest.mark.parametrize("ending", PHRASES.endings)
def test_what_names_a_filter_as_an_end_is_a_word_like_others_elsewhere(ending: str) -> None:
    assert refused(meaning(response(400, error(f"{ending}_settings: unknown field")), PHRASES)) == "request"
    found = understood(Unclear("no picture"), response(200, {"data": [{"text": f"about {ending}"}]}), PHRASES)
    assert isinstance(found, Unclear)
