"""Every fault that the preview relay can play, as a table: its name, what happens, where it can happen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from manjuc.models import Kind
from manjuc.preview import spoil
from manjuc.preview.spoil import Change
from manjuc.text import table
from manjuc.words import ENGLISH, Language, Words, say

On = Literal["submit", "poll", "download"]
Line = Literal["whole", "late", "half", "short", "closed", "silent"]

PLACES: tuple[On, ...] = ("submit", "poll", "download")
KINDS: tuple[Kind, ...] = ("text", "image", "video")
_FILES: tuple[Kind, ...] = ("image", "video")
_POLICY = "输入的提示词或视频的输出内容违反了OpenAI的相关服务政策，请调整提示词后进行重试"
_GATEWAY = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
_DASHBOARD = '<!DOCTYPE html><html><body><div id="root">API dashboard</div></body></html>'


_POLLED = (
    say("Text is never polled or downloaded."),
    say(
        "A picture is polled where it is a job: in newapi unless it goes by `edits` or `chat`, in whatai where the "
        "catalogue calls its model `asynchronous`, never in openai."
    ),
)


@dataclass(frozen=True, slots=True)
class Misdeed:
    """What one fault does.

    `taken` says whether the relay takes the request before the fault; `line` what becomes of the connection. It
    happens to a request with a `field` alone, where one is named.
    """

    sentence: Words
    change: Change
    on: tuple[On, ...] = PLACES
    kinds: tuple[Kind, ...] = KINDS
    taken: bool = False
    line: Line = "whole"
    field: str = ""

    def fits(self, on: On, kind: Kind) -> bool:
        """True where it can happen there: text is never polled or downloaded."""
        return on in self.on and kind in self.kinds and (on == "submit" or kind in _FILES)


def _refusals() -> Iterable[tuple[str, Misdeed]]:
    yield "refuse_400", Misdeed(say("HTTP 400: the request is malformed."), spoil.error(400, "invalid request"))
    yield "refuse_401", Misdeed(say("HTTP 401: the key is not known."), spoil.error(401, "无效的令牌 (invalid token)"))
    yield (
        "refuse_402",
        Misdeed(say("HTTP 402: no money is left."), spoil.error(402, "余额不足", "insufficient_user_quota")),
    )
    yield (
        "refuse_403",
        Misdeed(
            say("HTTP 403: the key's quota is used up."), spoil.error(403, "令牌额度不足", "insufficient_user_quota")
        ),
    )
    yield "refuse_404", Misdeed(say("HTTP 404: the address does not exist."), spoil.page(404, _GATEWAY.format("404")))
    yield (
        "refuse_413",
        Misdeed(say("HTTP 413: the request is too large."), spoil.page(413, _GATEWAY.format("413 Too Large"))),
    )
    yield "refuse_422", Misdeed(say("HTTP 422: a field has a wrong value."), spoil.error(422, "duration is invalid"))
    channel = spoil.error(503, "当前分组下对于模型无可用渠道 (no available channel)", "model_not_found")
    yield (
        "no_channel_503",
        Misdeed(say("HTTP 503: no channel serves this model to the key's group."), channel, ("submit",)),
    )
    busy = spoil.error(429, "rate limit exceeded", "rate_limit_exceeded", retry_after="1")
    yield "busy_429", Misdeed(say("HTTP 429: too many requests, with the seconds to wait."), busy)
    later = {"date": "Sun, 22 Nov 2026 12:00:00 GMT", "retry_after": "Sun, 22 Nov 2026 12:00:07 GMT"}
    dated = spoil.error(429, "rate limit exceeded", "rate_limit_exceeded", **later)
    yield "busy_429_date", Misdeed(say("HTTP 429: too many requests, with the time at which to come back."), dated)


def _breakdowns() -> Iterable[tuple[str, Misdeed]]:
    yield "error_500", Misdeed(say("HTTP 500: the relay failed."), spoil.error(500, "internal error", "bad_response"))
    for number, words in ((502, "Bad Gateway"), (503, "Service Unavailable"), (504, "Gateway Time-out")):
        change = spoil.page(number, _GATEWAY.format(f"{number} {words}"))
        yield f"error_{number}", Misdeed(say("HTTP {}: a page of a gateway before the relay.", number), change)
    change = spoil.page(524, _GATEWAY.format("524: A timeout occurred"))
    yield "error_524", Misdeed(say("HTTP 524: the network before the relay lost patience."), change)


def _answers() -> Iterable[tuple[str, Misdeed]]:
    api: tuple[On, ...] = ("submit", "poll")
    yield "html_200", Misdeed(say("HTTP 200 with the page of a dashboard."), spoil.page(200, _DASHBOARD), api)
    yield "empty_200", Misdeed(say("HTTP 200 with nothing in it."), spoil.plain(200, "", "application/json"), api)
    yield "not_json_200", Misdeed(say("HTTP 200 with a word that is no JSON."), spoil.plain(200, "ok"), api)
    yield "error_200", Misdeed(say("HTTP 200 with an error in it."), spoil.error(200, "upstream error"), ("submit",))
    sentence = say("HTTP 200 for a job that was taken, with neither its id nor its result.")
    yield "no_id_200", Misdeed(sentence, spoil.without_result, ("submit",), taken=True)
    poor = spoil.said(200, {"success": False, "message": "用户额度不足, 剩余额度: ¥0.02", "data": None})
    yield "refuse_200", Misdeed(say("HTTP 200 with a plain no: no money is left."), poor, ("submit",))
    blunt = spoil.said(200, {"code": 1, "message": "系统繁忙，请稍后再试", "data": None})
    sentence = say("HTTP 200 with a plain no that does not tell whether the job was taken before.")
    yield "plain_no_200", Misdeed(sentence, blunt, ("submit",))
    modeless = spoil.error(400, "response_format is not supported by this channel", "invalid_parameter")
    sentence = say("HTTP 400: the channel takes no `response_format`. A request without it is answered.")
    yield "no_json_mode_400", Misdeed(sentence, modeless, ("submit",), ("text",), field="response_format")
    message = f"Incorrect API key provided: {spoil.KEY} (https://files.invalid/reference.png?sign=secret)"
    sentence = say("HTTP 400 in words that repeat the key and a signed link.")
    yield "telling_400", Misdeed(sentence, spoil.error(400, message), ("submit",))


def _lines() -> Iterable[tuple[str, Misdeed]]:
    yield (
        "hang_up_before",
        Misdeed(say("The connection is closed before the relay took the request."), spoil.same, line="closed"),
    )
    sentence = say("The relay takes the job and closes the connection without an answer.")
    yield "hang_up_after", Misdeed(sentence, spoil.same, ("submit",), taken=True, line="closed")
    sentence = say("The relay takes the request and is silent until the other side gives up.")
    yield "no_answer", Misdeed(sentence, spoil.same, taken=True, line="silent")
    yield "slow_answer", Misdeed(say("The right answer, `seconds` late."), spoil.same, taken=True, line="late")
    yield (
        "half_answer",
        Misdeed(say("Half of the answer, then the connection is closed."), spoil.same, taken=True, line="half"),
    )
    sentence = say("Less than the length that the answer announces, then the connection is closed.")
    yield "short_body", Misdeed(sentence, spoil.same, taken=True, line="short")
    elsewhere = spoil.plain(302, "")
    yield "redirect_elsewhere", Misdeed(say("HTTP 302 to the same path under another host."), elsewhere)


def _moderation() -> Iterable[tuple[str, Misdeed]]:
    yield (
        "moderation_400",
        Misdeed(
            say("HTTP 400: the content is refused."), spoil.error(400, _POLICY, "content_policy_violation"), ("submit",)
        ),
    )
    yield "moderation_500", Misdeed(say("HTTP 500: the content is refused."), spoil.error(500, _POLICY), ("submit",))
    message = {"role": "assistant", "content": "抱歉，此内容可能违反了我们的内容政策。"}
    talk = spoil.said(200, {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})
    yield "moderation_200", Misdeed(say("HTTP 200: the content is refused, in the words of a chat."), talk, ("submit",))
    sentence = say("The job fails: its content is refused.")
    yield "moderation_while_polling", Misdeed(sentence, spoil.failed(_POLICY), ("poll",), taken=True)


def _jobs() -> Iterable[tuple[str, Misdeed]]:
    def poll(name: str, sentence: Words, change: Change) -> tuple[str, Misdeed]:
        return name, Misdeed(sentence, change, ("poll",), taken=True)

    sentence = say("The job fails at 100%, for no reason of its content, and is charged all the same.")
    yield poll("job_failed", sentence, spoil.failed("generate timeout"))
    yield poll("unknown_status", say("A status that nobody knows."), spoil.status(lambda _: "ARCHIVING"))
    yield poll("odd_case_status", say("The right status in odd letters."), spoil.status(spoil.odd_case))
    without = spoil.links(None, done=True)
    yield poll("success_without_link", say("Success, without a link to the result."), without)
    for name, sentence, wrap in (
        ("data_null", say("Success at 100%, with null in the place of the result."), lambda _: None),
        ("data_list", say("Success, with the result in a list."), lambda result: [result]),
        ("data_text", say("Success, with the result as JSON in a text."), json.dumps),
        ("data_link", say("Success, with the bare link in the place of the result."), spoil.link_in),
    ):
        yield poll(name, sentence, spoil.boxed(wrap))
    elsewhere = spoil.links("ftp://files.invalid/result", done=False)
    sentence = say("A link that is not http(s).")
    yield "link_not_http", Misdeed(sentence, elsewhere, ("submit", "poll"), _FILES, taken=True)
    yield poll("stale_poll_304", say("HTTP 304: a cache says that nothing has changed."), spoil.plain(304, ""))
    gone = spoil.said(404, {"code": "task_not_exist", "message": "task_not_exist", "data": None})
    yield poll("job_forgotten", say("The relay does not know the job any more."), gone)
    yield poll("never_done", say("The job goes on."), spoil.status(spoil.ended(("IN_PROGRESS", "in_progress"))))
    sentence = say("The id of the job as a bare number that is larger than a float can hold.")
    yield "bare_number_id", Misdeed(sentence, spoil.numbered, ("submit",), _FILES, taken=True)


def _files() -> Iterable[tuple[str, Misdeed]]:
    def got(name: str, sentence: Words, change: Change, *kinds: Kind) -> tuple[str, Misdeed]:
        return name, Misdeed(sentence, change, ("download",), kinds or _FILES, taken=True)

    denied = "<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
    yield got("expired_link", say("HTTP 403: the link has expired."), spoil.plain(403, denied, "application/xml"))
    unready = spoil.error(400, "the file is not ready yet", "video_not_ready")
    yield got("not_ready_400", say("HTTP 400: the file of a job that is done is not ready yet."), unready)
    yield got("empty_file", say("A file of no bytes."), spoil.file(b""))
    yield got("html_file", say("A page where the file should be."), spoil.file(_DASHBOARD.encode(), "text/html"))
    yield got("wrong_type", say("The right file under a wrong content type."), spoil.named("text/plain"))
    yield got("truncated_png", say("A picture that ends in its middle."), spoil.first_half, "image")
    yield got("truncated_mp4", say("A clip that ends in its middle."), spoil.first_half, "video")
    yield got("small_picture", say("A picture at a quarter of its width and height."), spoil.small, "image")
    yield got("black_picture", say("A picture that is black all over."), spoil.filled("black"), "image")
    yield got("blank_picture", say("A picture that is white all over."), spoil.filled("white"), "image")


def _text(name: str, sentence: Words, change: Change) -> tuple[str, Misdeed]:
    return name, Misdeed(sentence, change, ("submit",), ("text",), taken=True)


def _wrappings() -> Iterable[tuple[str, Misdeed]]:
    fenced = spoil.words(lambda words: f"好的，剧本如下：\n```json\n{words}\n```\n希望你喜欢。")
    yield _text("fenced_json", say("The JSON amid talk, in a fence."), fenced)
    thought = '<think>先想一想：{"shots": []} 还不够好。</think>\n'
    yield _text("thinking_before_json", say("Thoughts before the JSON."), spoil.words(lambda words: thought + words))
    beside = spoil.thought('先想一想：{"shots": []} 还不够好。')
    yield _text("thinking_beside_json", say("Thoughts in a field of their own, beside the JSON."), beside)
    draft = '草稿：\n```json\n{"title": "草稿", "shots": []}\n```\n成稿：\n'
    several = spoil.words(lambda words: f"{draft}```json\n{words}\n```\n```json\n{{}}\n```\n")
    sentence = say("The JSON in one of several fences: before it a draft, behind it an empty one.")
    yield _text("several_fences", sentence, several)
    parts = spoil.words(lambda words: [{"type": "text", "text": part} for part in (words[:40], words[40:])])
    yield _text("text_in_parts", say("The JSON in several parts of a list."), parts)
    yield _text("streamed_text", say("The JSON in a stream, for which nobody has asked."), spoil.streamed)


def _slips() -> Iterable[tuple[str, Misdeed]]:
    cut = spoil.words(lambda words: words[: len(words) // 2], "length")
    yield _text("cut_off_json", say("JSON that is cut off at its length limit."), cut)
    sentence = say("JSON that is cut off, in an answer that calls itself whole.")
    yield _text("cut_off_unsaid", sentence, spoil.words(lambda words: words[: len(words) // 2]))
    sentence = say("No word of an answer: the thoughts before it took all of its length.")
    yield _text("all_thought", sentence, spoil.words(lambda _: "", "length"))
    sentence = say("No word of an answer: a filter took the content of it.")
    yield _text("filtered_text", sentence, spoil.words(lambda _: "", "content_filter"))
    yield _text("bad_json", say("Talk without any JSON."), spoil.words(lambda _: "我先说说这个故事的思路。"))
    nearly = spoil.words(lambda words: words.rstrip().removesuffix("}") + ",}")
    yield _text("nearly_json", say("JSON with a comma too many."), nearly)
    yield _text("chinese_quotes", say("JSON in Chinese quotes."), spoil.words(spoil.curled))
    notes = spoil.words(lambda words: words.replace("{", "{ // 剧本\n", 1).rstrip().removesuffix("}") + "/* 完 */ }")
    yield _text("comments_in_json", say("JSON with comments."), notes)
    unknown = spoil.words(lambda words: re.sub(r'("seconds":\s*)[\d.]+', r"\1NaN", words, count=1))
    yield _text("nan_in_json", say("JSON with a number that is none."), unknown)
    yield _text("empty_fence", say("A fence with nothing in it."), spoil.words(lambda _: "好的：\n```json\n```\n"))
    yield _text("empty_text", say("An answer without a word."), spoil.words(lambda _: ""))


MISDEEDS: Mapping[str, Misdeed] = dict(
    (
        *(*_refusals(), *_breakdowns(), *_answers(), *_lines(), *_moderation()),
        *(*_jobs(), *_files(), *_wrappings(), *_slips()),
    )
)


def listing(language: Language = ENGLISH) -> str:
    """The table for people: name, where it can happen and to what, what happens."""
    rows = []
    for name, misdeed in MISDEEDS.items():
        places = [on for on in PLACES if any(misdeed.fits(on, kind) for kind in KINDS)]
        met = [kind for kind in KINDS if any(misdeed.fits(on, kind) for on in PLACES)]
        kinds = "" if len(met) == len(KINDS) else f" ({', '.join(met)})"
        rows.append([name, f"{', '.join(places)}{kinds}", misdeed.sentence.put(language)])
    return table(rows) + "\n" + "".join(f"{words.put(language)}\n" for words in _POLLED)
