"""Jinja kept inside bounds: a template can neither reach out nor go on for ever, whatever it tries.

The sandbox of Jinja keeps templates from the world, not from time: loops nest, macros call themselves, and
`'x' * 10 ** 9` is a single step. A clock or a signal would stop them elsewhere on every machine, and the same spec has
to give the same plan everywhere. So steps are counted. Each body (of a file, a block, a macro, a loop) begins by paying
for all that stands in it, what makes a text or a list pays for its size, and only filters and methods whose result is
bounded by what they are given are there at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, Sequence, ValuesView
from typing import Any

from jinja2 import StrictUndefined, Undefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS, make_attrgetter
from jinja2.loaders import BaseLoader
from jinja2.runtime import BlockReference, Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Cycler, Joiner, Namespace, pass_context
from jinja2.visitor import NodeTransformer

from manjuc.words import Words, named, say

STEPS = 300_000  # nodes of templates that one prompt may take; a long one of ours takes some 10,000
LETTERS = 4_000_000  # characters that it may make on the way
_ITEMS = 10_000  # of one list, with all that is in it
_DEEPEST = 50  # calls inside of each other
_BITS = 256  # of a whole number
_PAID, _WEIGHED = "<paid>", "<weighed>"  # no template can spell these filters

_FILTERS = (
    *("abs", "capitalize", "count", "d", "default", "dictsort", "first", "float", "int", "items", "last", "length"),
    *("list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse", "round", "select", "selectattr"),
    *("sort", "sum", "title", "trim", "truncate", "unique", "upper", "wordcount"),
)
_METHODS: Mapping[type, tuple[str, ...]] = {
    str: (
        *("capitalize", "casefold", "count", "endswith", "find", "index", "isalnum", "isalpha", "isdigit", "isspace"),
        *("isupper", "islower", "lower", "lstrip", "removeprefix", "removesuffix", "rstrip", "split", "splitlines"),
        *("startswith", "strip", "swapcase", "title", "upper"),
    ),
    dict: ("get", "items", "keys", "values"),
    list: ("count", "index"),
    tuple: ("count", "index"),
    LoopContext: ("cycle", "changed"),
    Cycler: ("next", "reset"),
}
_CALLED = (Macro, LoopContext, BlockReference, Joiner, Undefined)
_OURS = ("manjuc.spec", "manjuc.storyboard")  # whose values templates see
_NONE = object()  # stands for no value at all
_WIDE = re.compile(r"%[^%a-zA-Z]*(?:[0-9]{4,}|\*)")  # a width or precision that makes a long text of nothing


class Refused(SecurityError):
    """What a template may not do, in words."""

    def __init__(self, words: Words) -> None:
        super().__init__(str(words))
        self.words = words


class _Meter:
    """What is left of the steps and letters of one prompt."""

    def __init__(self) -> None:
        self._steps, self._letters, self._depth = STEPS, LETTERS, 0

    def deeper(self, by: int) -> None:
        """A call inside of those that run, or its end; what ends by an error ends the prompt."""
        self._depth += by
        if self._depth > _DEEPEST:
            raise Refused(say("it goes in circles"))

    def spend(self, steps: int, letters: int = 0) -> None:
        """Pay; Refused where there is not enough."""
        self._steps -= steps
        self._letters -= letters
        if self._steps < 0:
            raise Refused(say("it does not come to an end"))
        if self._letters < 0:
            raise Refused(say("it makes more than {} characters", LETTERS))

    def weigh(self, value: Any) -> Any:
        """Pay for a value that was made: a text by its letters, a list by all that is in it."""
        if isinstance(value, str):
            self.spend(0, len(value))
        elif isinstance(value, list | tuple | dict):
            self.spend(_contents(value))
        return value

    def taken(self, values: Iterable[Any]) -> list[Any]:
        """Values one by one, each paid for."""
        found: list[Any] = []
        for value in values:
            self.spend(1)
            found.append(value)
        return found


def _contents(value: Any) -> int:
    """How many values a list holds, those of its lists included; it may hold one list many times."""
    found, waiting = 0, [value]
    while waiting:
        each = waiting.pop()
        found += 1
        if isinstance(each, dict):
            waiting += [*each.keys(), *each.values()]
        elif isinstance(each, list | tuple):
            waiting += each
        if found + len(waiting) > _ITEMS:
            raise Refused(say("it makes a list of more than {} items", _ITEMS))
    return found


class Bounded(ImmutableSandboxedEnvironment):
    """An environment in which every prompt comes to its end within the same number of steps."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, loader: BaseLoader) -> None:
        settings: Mapping[str, Any] = {"undefined": StrictUndefined, "autoescape": False, "auto_reload": False}
        super().__init__(loader=loader, finalize=self._written, **settings)
        self._meter = _Meter()
        self.filters.clear()
        self.filters |= {name: self._paying(FILTERS[name]) for name in _FILTERS}
        self.filters |= {"join": self._join, "replace": self._replace, "format": self._format, "string": self._string}
        self.filters |= {_PAID: self._paid, _WEIGHED: self._weighed}
        # No dice (`random`, `lipsum`): the same spec has to give the same prompt, always.
        self.globals.clear()
        self.globals |= {"range": self._range, "namespace": Namespace, "cycler": Cycler, "joiner": Joiner}

    def begin(self) -> None:
        """The next prompt begins, with all of its steps."""
        self._meter = _Meter()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree: nodes.Template = _Metering().visit(super()._parse(source, name, filename))
        tree.set_environment(self)
        return tree

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """What neither reaches into Python nor changes a thing. Our own values are frozen: all that is public."""
        if type(obj).__module__ in _OURS:
            return not attr.startswith("_")
        return super().is_safe_attribute(obj, attr, value)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """What is public of our own values is read without further questions: prompts read little else."""
        if type(obj).__module__ in _OURS and not attribute.startswith("_"):
            value = getattr(obj, attribute, _NONE)
            if value is not _NONE:
                return value
        return super().getattr(obj, attribute)

    def is_safe_callable(self, obj: Any) -> bool:
        """Only what is known to be small."""
        if isinstance(obj, _CALLED) or any(obj == each for each in self.globals.values()):
            return True
        owner, name = getattr(obj, "__self__", None), getattr(obj, "__name__", "")
        known = any(isinstance(owner, kind) and name in names for kind, names in _METHODS.items())
        return known or type(owner).__module__ in _OURS

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call what may be called, and pay for what comes of it."""
        __self._meter.spend(1)
        if not __self.is_safe_callable(__obj):
            name = getattr(__obj, "__name__", type(__obj).__name__)
            raise Refused(say("it may not call `{}`", name))
        __self._meter.deeper(1)
        made = super().call(__context, __obj, *args, **kwargs)
        __self._meter.deeper(-1)
        return __self._meter.weigh([*made] if isinstance(made, ItemsView | KeysView | ValuesView) else made)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """The result of an operator, refused before it is made where it would be large."""
        if operator == "%" and isinstance(left, str):
            return self._format(context, left, *(right if isinstance(right, tuple) else (right,)))
        self._meter.spend(1, _size_of(operator, left, right))
        return self._meter.weigh(super().call_binop(context, operator, left, right))

    def _range(self, *bounds: int) -> range:
        numbers = range(*bounds)
        if len(numbers) > _ITEMS:
            raise Refused(say("it makes a list of more than {} items", _ITEMS))
        self._meter.spend(len(numbers))
        return numbers

    def _written(self, value: Any) -> str:
        text = value if type(value) is str else plain(value)
        self._meter.spend(0, len(text))
        return text

    @pass_context
    def _paid(self, _: Context, value: Any, steps: int, letters: int) -> Any:
        self._meter.spend(max(0, steps), max(0, letters))  # a template can name this filter in a `map` of its own
        return value

    @pass_context
    def _weighed(self, _: Context, value: Any) -> Any:
        return self._meter.weigh(value)

    def _paying(self, filter_: Callable[..., Any]) -> Callable[..., Any]:
        """A filter that pays for what it takes and makes; one with a context is never folded into a free constant."""
        wanted = getattr(getattr(filter_, "jinja_pass_arg", None), "name", "")

        def paying(context: Context, value: Any, *args: Any, **kwargs: Any) -> Any:
            given: Mapping[str, Any] = {"context": context, "environment": self, "eval_context": context.eval_ctx}
            if isinstance(value, Sequence):
                self._meter.spend(1 if isinstance(value, str) else len(value))
            made = filter_(*([given[wanted]] if wanted else []), value, *args, **kwargs)
            return self._meter.weigh(self._meter.taken(made) if isinstance(made, Iterator) else made)

        return pass_context(paying)

    @pass_context
    def _join(self, _: Context, value: Iterable[Any], d: str = "", attribute: str | None = None) -> str:
        found: Iterable[Any] = self._meter.taken(value)
        if attribute is not None:
            found = map(make_attrgetter(self, attribute), found)
        items = [plain(item) for item in found]
        self._meter.spend(0, sum(map(len, items)) + len(plain(d)) * len(items))
        return plain(d).join(items)

    @pass_context
    def _replace(self, _: Context, value: Any, old: str, new: str, count: int = -1) -> str:
        text = plain(value)
        self._meter.spend(0, len(text) + text.count(old) * len(new))
        return text.replace(old, new, count)

    @pass_context
    def _format(self, _: Context, value: str, *args: Any) -> str:
        if _WIDE.search(value):
            raise Refused(say("it makes a very wide text"))
        given = tuple(each if isinstance(each, int | float) else plain(each) for each in args)
        return str(self._meter.weigh(plain(value) % given))

    @pass_context
    def _string(self, _: Context, value: Any) -> str:
        return str(self._meter.weigh(plain(value)))


def plain(value: Any) -> str:
    """A value as text: letters and numbers. A list is no text, nor is anything else."""
    if isinstance(value, str | int | float | Undefined) or value is None:
        return str(value)
    if isinstance(value, Iterable):
        raise Refused(say("it writes a list out as it is; a list is joined, as by {}", named(("| join('、')",))))
    raise Refused(say("it writes out what is no text"))


def _size_of(operator: str, left: Any, right: Any) -> int:
    """The letters or items that an operator makes, before it does; Refused for too large a number."""
    if operator == "*" and not (isinstance(left, int | float) and isinstance(right, int | float)):
        many, times = (right, left) if isinstance(left, int) else (left, right)
        return len(many) * max(0, times) if isinstance(many, Sequence) and isinstance(times, int) else 0
    if operator in ("*", "**") and isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() * max(1, abs(right)) if operator == "**" else left.bit_length() + right.bit_length()
        if bits > _BITS:
            raise Refused(say("it makes too large a number"))
    return 0


class _Metering(NodeTransformer):
    """Puts into a template what pays for it."""

    def _begun(self, node: Any) -> Any:
        steps, letters = _weight(node)
        self.generic_visit(node)
        node.body.insert(0, nodes.Output([_filter(nodes.Const(""), _PAID, steps, letters)]))
        if isinstance(node, nodes.For) and node.test is not None:
            node.test = nodes.And(_filter(nodes.Const(True), _PAID, steps, letters), node.test)
        for each in node.body[:1]:
            each.set_lineno(node.lineno)
        return node

    visit_Template = visit_Block = visit_Macro = visit_CallBlock = visit_For = _begun

    def _made(self, node: Any) -> Any:
        self.generic_visit(node)
        written = getattr(node, "ctx", "load") != "load"
        plain_item = isinstance(node, nodes.Getitem) and not isinstance(node.arg, nodes.Slice)
        return node if written or plain_item else _filter(node, _WEIGHED).set_lineno(node.lineno)

    visit_Concat = visit_List = visit_Tuple = visit_Dict = visit_Getitem = _made


def _filter(node: nodes.Expr, name: str, *given: int) -> nodes.Filter:
    return nodes.Filter(node, name, [nodes.Const(each) for each in given], [], None, None)


def _weight(body: nodes.Node) -> tuple[int, int]:
    """The nodes of a body and the letters that stand in it."""
    inside = list(body.find_all(nodes.Node))
    texts = (getattr(node, "data", getattr(node, "value", "")) for node in inside if isinstance(node, nodes.Literal))
    return 1 + len(inside), sum(len(text) for text in texts if isinstance(text, str))
