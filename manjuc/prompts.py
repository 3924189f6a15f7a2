"""Prompts: a template's name and variables to text, and what is wrong with a template, at its line and column."""

from __future__ import annotations

import functools
import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass

import jinja2

from manjuc.contracts import Render
from manjuc.diagnostic import Diagnostic, Label, Source, Span
from manjuc.errors import TemplateBroken
from manjuc.sandbox import Bounded, Refused
from manjuc.text import elide, nearest
from manjuc.words import Words, say

_LONGEST = 100_000  # characters of a template
_UNDEFINED = re.compile(r"^'(?P<name>\w+)' is undefined$")
_NO_ATTRIBUTE = re.compile(r"(?:no attribute|no element|access to attribute) '(?P<name>[^']+)'")
_NO_FILTER = re.compile(r"^No (?P<kind>filter|test) named '(?P<name>[^']+)'")
_SEEN = 3  # levels of values below a variable whose attributes are looked at for a near miss


def renderer(templates: Mapping[str, str]) -> Render:
    """Renders the given templates (names without `.j2`). They see their variables and nothing else of the world."""
    return _renderer(tuple(sorted(templates.items())))


@functools.lru_cache(maxsize=8)
def _renderer(templates: tuple[tuple[str, str], ...]) -> Render:
    """Made once for the same templates: they are compiled when they are first used, and that takes a while."""
    return _Renderer(dict(templates))


def source_of(template: str, text: str) -> Source:
    """A template as a source: `templates/scene.j2`."""
    return Source(f"templates/{template}.j2", text)


def unreadable(templates: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Templates that cannot be read as such, used or not, and those that are made of each other in a circle."""
    render = _Renderer(templates)
    inner: dict[str, tuple[tuple[str, int], ...]] = {}
    for name in templates:
        try:
            inner[name] = render.included(name)
        except TemplateBroken as broken:
            yield broken.diagnostic
    for name, includes in inner.items():
        for other, line in includes:
            if name in _reached(other, inner):
                yield render.broken(name, line, say("it goes in circles"), other, say("leads back here"))


def _reached(name: str, inner: Mapping[str, tuple[tuple[str, int], ...]]) -> set[str]:
    found, waiting = set[str](), [name]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += [other for other, _ in inner.get(each, ())]
    return found


class _Renderer:
    def __init__(self, templates: Mapping[str, str]) -> None:
        def source(name: str) -> tuple[str, str, Callable[[], bool]] | None:
            text = templates.get(name.removesuffix(".j2"))
            return None if text is None else (text, name, lambda: True)

        self._templates = templates
        self._environment = Bounded(jinja2.FunctionLoader(source))

    def __call__(self, template: str, /, **variables: object) -> str:
        with _Watch(self, template, variables):
            self._environment.begin()
            return self._environment.get_template(f"{template}.j2").render(**variables).strip()

    def first(self, *templates: str) -> str:
        return next((name for name in templates if name in self._templates), templates[-1])

    def included(self, template: str) -> tuple[tuple[str, int], ...]:
        """The templates that one names, each with the line; TemplateBroken where it cannot be read."""
        with _Watch(self, template, {}):
            self._environment.begin()
            if len(self._templates[template]) > _LONGEST:
                raise Refused(say("it is longer than {} characters", _LONGEST))
            tree = self._environment.parse(self._templates[template], f"{template}.j2", f"{template}.j2")
            self._environment.from_string(tree)
        nodes = jinja2.nodes
        found = tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends))
        named = ((getattr(node, "template", None), node.lineno) for node in found)
        return tuple(
            (str(name.value).removesuffix(".j2"), line) for name, line in named if isinstance(name, jinja2.nodes.Const)
        )

    def broken(
        self,
        template: str,
        line: int,
        message: Words,
        near: str,
        label: Words | None = None,
        help_: Words | None = None,
    ) -> Diagnostic:
        """What is wrong with a template, at a word of one of its lines."""
        source = source_of(template, self._templates.get(template, ""))
        span = _span(source, line, near)
        told = say("the template `{}` cannot be used: {}", f"{template}.j2", message)
        return Diagnostic("MJ0501", "error", told, Label(span, label or Words("")), help=help_)


class _Watch:
    """Turns whatever goes wrong in a template into TemplateBroken: it is the template that has to be mended."""

    def __init__(self, renderer: _Renderer, template: str, variables: Mapping[str, object]) -> None:
        self._renderer, self._template, self._variables = renderer, template, variables

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, Exception) or isinstance(error, TemplateBroken):
            return
        template, line = self._place(error)
        message, near, help_ = self._said(error)
        raise TemplateBroken(self._renderer.broken(template, line, message, near, help_=help_)) from error

    def _place(self, error: Exception) -> tuple[str, int]:
        """The template and line that an error came from; jinja2 rewrites tracebacks to point into templates."""
        if isinstance(error, jinja2.TemplateSyntaxError):
            return (error.name or self._template).removesuffix(".j2"), error.lineno
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(".j2")]
        if not frames:
            return self._template, 1
        if isinstance(error, RecursionError):
            frames = frames[:1]
        return frames[-1].filename.removesuffix(".j2"), frames[-1].lineno or 1

    def _said(self, error: Exception) -> tuple[Words, str, Words | None]:
        """What went wrong, the word near which it did, and what was probably meant."""
        text = str(error)
        if isinstance(error, Refused):
            return error.words, str(error.words.values[0]) if error.words.values else "", None
        if isinstance(error, RecursionError):
            return say("it goes in circles"), "", None
        if isinstance(error, jinja2.TemplateNotFound):
            name = str(error.name)
            return say("there is no template `{}`", elide(name, 60)), name, None
        if found := _NO_FILTER.search(text):
            kind = say("filter") if found["kind"] == "filter" else say("test")
            return say("there is no {} `{}`", kind, found["name"]), found["name"], None
        if found := _UNDEFINED.search(text):
            near = nearest(found["name"], self._variables)
            help_ = say("did you mean `{}`?", near) if near else None
            return say("`{}` is not given to it", found["name"]), found["name"], help_
        if found := _NO_ATTRIBUTE.search(text):
            near = nearest(found["name"], _attributes(self._variables.values(), _SEEN))
            help_ = say("did you mean `{}`?", near) if near else None
            return say("nothing here has `{}` that may be read", elide(found["name"], 40)), found["name"], help_
        return say("{}", elide(text, 120)), "", None


def _attributes(values: Iterable[object], levels: int) -> set[str]:
    """The names of what values hold, and what is in them."""
    found: set[str] = set()
    for value in values if levels else ():
        if is_dataclass(value) and not isinstance(value, type):
            names = [field.name for field in fields(value)]
            found |= {*names, *_attributes((getattr(value, name) for name in names), levels - 1)}
        elif isinstance(value, tuple | list):
            found |= _attributes(value[:1], levels)
    return found


def _span(source: Source, line: int, near: str) -> Span:
    """A word on a line, else what is written there; the start of a template that has no such line."""
    if not 1 <= line <= source.text.count("\n") + 1:
        return Span(source, 0, 0)
    text, start = source.line(line), source.offset(line, 1)
    at = text.find(near) if near else -1
    if at >= 0:
        return Span(source, start + at, start + at + len(near))
    tag = re.search(r"\{[{%].*?[}%]\}", text) or re.search(r"\S(?:.*\S)?", text)
    return Span(source, start + tag.start(), start + tag.end()) if tag else Span(source, start, start)
