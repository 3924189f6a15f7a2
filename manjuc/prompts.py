"""Jinja, strict and sandboxed: a template's name and variables to text. The only importer of jinja2."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from manjuc.contracts import Render
from manjuc.errors import TemplateBroken


def renderer(templates: Mapping[str, str]) -> Render:
    """Renders the given templates (names without `.j2`). They see their variables and nothing else of the world."""

    def source(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        text = templates.get(name.removesuffix(".j2"))
        return None if text is None else (text, name, lambda: True)

    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.FunctionLoader(source), undefined=jinja2.StrictUndefined, autoescape=False
    )

    # The same spec has to give the same prompt, always: no dice.
    del environment.filters["random"]
    del environment.globals["lipsum"]

    def render(template: str, /, **variables: object) -> str:
        name = f"{template}.j2"
        try:
            return environment.get_template(name).render(**variables).strip()
        except jinja2.TemplateSyntaxError as error:
            raise TemplateBroken(f"MJ0501: {error.name or name}:{error.lineno}: {error.message}") from error
        except jinja2.TemplateNotFound as error:
            raise TemplateBroken(f"MJ0501: {name}: there is no template `{error.name}`") from error
        except Exception as error:
            # Whatever a project's template does wrong while it runs, it is the template that has to be mended.
            raise TemplateBroken(f"MJ0501: {_place(error, name)}: {error}") from error

    return render


def _place(error: Exception, name: str) -> str:
    """The template line that an error came from; jinja2 rewrites tracebacks to point into templates."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(".j2")]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else name
