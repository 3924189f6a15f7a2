"""Models against what a drama asks of them."""

from __future__ import annotations

from collections.abc import Iterator

from manjuc.diagnostic import Diagnostic
from manjuc.document import Document
from manjuc.findings import error, name, warning, written
from manjuc.resolution import lines
from manjuc.spec import Spec
from manjuc.words import named, say


def unfit_models(spec: Spec, document: Document) -> Iterator[Diagnostic]:
    """The models have to be able to make the format."""
    ratio = spec.format.aspect_ratio
    for kind, model in ((say("image"), spec.models.image), (say("video"), spec.models.video)):
        if model.aspect_ratios and ratio not in model.aspect_ratios:
            message = say("the {} model `{}` does not make `{}`", kind, name(model), ratio)
            help_ = say("aspect ratios that it makes: {}", named(model.aspect_ratios))
            yield error("MJ0410", message, written(document, "format", "aspect_ratio"), help_=help_)
    if spec.format.hd and not spec.models.video.hd:
        message = say("the {} model `{}` does not make `{}`", say("video"), name(spec.models.video), "hd")
        help_ = say("write `hd: false`, or choose another model")
        yield error("MJ0411", message, written(document, "format", "hd"), help_=help_)


def unfit_resolution(spec: Spec, document: Document) -> Iterator[Diagnostic]:
    """A film is no sharper than its clips."""
    model = spec.models.video
    sharpest = max((lines(words) for words in model.resolutions), default=0)
    if 0 < sharpest < spec.format.lines:
        message = say("the {} model `{}` does not make `{}`", say("video"), name(model), f"{spec.format.lines}p")
        note = say("its clips are enlarged; it makes {}", named(model.resolutions))
        help_ = say("write `{}`, or choose another model", f"resolution: {sharpest}p")
        yield warning("MJ0454", message, written(document, "format", "resolution"), note, help_)


def unaskable_model(spec: Spec, document: Document) -> Iterator[Diagnostic]:
    """A model that begins with a picture, or refuses to work without, and is sent none."""
    for kind, key, model in ((say("image"), "image", spec.models.image), (say("video"), "video", spec.models.video)):
        if model.references < model.least_pictures:
            message = say("the {} model `{}` cannot be asked by text alone", kind, name(model))
            note = say("it begins with a first frame; reference pictures, which go along with a clip, it does not take")
            help_ = say(
                "choose its kin for text or for references, such as one that ends in `{}` or `{}`", "t2v", "multi"
            )
            yield error("MJ0455", message, written(document, "models", key), note, help_)


def lengthless_model(spec: Spec, document: Document) -> Iterator[Diagnostic]:
    """A film is bought in clips, and a clip in a length that its model makes."""
    model = spec.models.video
    if not model.durations and not model.stray:
        message = say("no length is known of the clips of the video model `{}`", name(model))
        note = say("a film is cut into clips of the lengths that its model makes")
        help_ = say(
            "write them for it in manjuc.yaml, such as `{}`, or the name of its kin as `like`", "durations: [5, 10]"
        )
        yield error("MJ0455", message, written(document, "models", "video"), note, help_)
