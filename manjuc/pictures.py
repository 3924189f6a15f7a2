"""Pictures that go along with a call: whose they are, in which order, and which of them have to be made at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from manjuc.briefing import declared, name_of
from manjuc.calls import Ref, Reference
from manjuc.graph import ActionId, Results
from manjuc.spec import Asset, Character, Prop, Scene, Shot, Spec, Style
from manjuc.storyboard import Panel, places_of, props_of, seen_in
from manjuc.words import Words, say


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with what a prompt calls it: the result of an action, or the author's own."""

    name: str
    action: ActionId
    own: Asset | None = None

    def reference(self, results: Results) -> Reference:
        """Its bytes, or the promise of them."""
        return Ref(self.own.blob, self.own.media) if self.own else results.reference(self.action)


def sheet_of(character: Character) -> Picture:
    """The three views of a character, or of a look."""
    look = f"（{character.look}）" if character.look else ""
    action = ActionId(f"characters/{character.id}/three_views")
    return Picture(f"角色“{character.name}”{look}的三视图", action, character.image)


def plate_of(scene: Scene) -> Picture:
    """The plate of a place, or of a time of it."""
    time = f"（{scene.time}）" if scene.time else ""
    return Picture(f"场景“{scene.name}”{time}的空场景", ActionId(f"scenes/{scene.id}/scene"), scene.image)


def picture_of(prop: Prop) -> Picture:
    """The picture of a prop."""
    return Picture(f"道具“{prop.name}”", ActionId(f"props/{prop.id}/prop"), prop.image)


def of_style(style: Style) -> tuple[Picture, ...]:
    """The picture that fixes the style, where there is one."""
    return (Picture("画风参考，只学画风，不照搬内容", ActionId(""), style.image),) if style.image else ()


def of_panels(panels: Sequence[Panel], spec: Spec, cell: str) -> tuple[Picture, ...]:
    """What goes along with some shots: who, which props, where, in which style; each in order of appearance.

    Last come the author's own pictures of single shots, which the prompt numbers as so many of a `cell`.
    """
    numbered = enumerate(panels, 1)
    cells = (Picture(f"{cell} {n} 的画面", ActionId(""), panel.image) for n, panel in numbered if panel.image)
    return (
        *(sheet_of(character) for character in seen_in(panels) if character.sheet),
        *map(picture_of, props_of(panels)),
        *map(plate_of, places_of(panels)),
        *of_style(spec.style),
        *cells,
    )


def called(picture: Picture, panels: Sequence[Panel], spec: Spec) -> Words:
    """What a picture is called where people are told of it; a prompt has Chinese words for it."""
    kind, _, rest = picture.action.partition("/")
    id = rest.rpartition("/")[0]
    match kind:
        case "characters":
            return say("the three views of `{}`", id)
        case "scenes":
            return say("the plate of `{}`", id)
        case "props":
            return say("the picture of `{}`", id)
        case _ if picture in of_style(spec.style):
            return say("the picture of the style")
    return say("the picture of `{}`", next(each.id for each in panels if each.image == picture.own))


def needs(pictures: Iterable[Picture]) -> tuple[ActionId, ...]:
    """The actions that make some pictures."""
    return tuple(picture.action for picture in pictures if not picture.own)


def wanted_characters(spec: Spec, results: Results) -> Iterator[Character]:
    """The declared characters of whom a sheet has to be made: those who appear, or of whom a text model is told."""
    shown = {id for shot in _shots(spec, results) for id in shot.characters}
    shown |= {character.base for character in spec.characters if character.id in shown and not character.image}
    told = _told(spec, results)
    for character in spec.characters:
        wanted = character.id in shown or (name_of(character) in told and not character.base)
        if wanted and character.sheet and not character.image:
            yield character


def wanted_scenes(spec: Spec, results: Results) -> Iterator[Scene]:
    """The declared places of which a plate has to be made, likewise."""
    shown = {shot.scene for shot in _shots(spec, results)}
    shown |= {scene.base for scene in spec.scenes if scene.id in shown and not scene.image}
    told = _told(spec, results)
    for scene in spec.scenes:
        wanted = scene.id in shown or (name_of(scene) in told and not scene.base)
        if wanted and not scene.image:
            yield scene


def wanted_props(spec: Spec, results: Results) -> Iterator[Prop]:
    """The declared props of which a picture has to be made: those that some shot shows."""
    shown = {id for shot in _shots(spec, results) for id in shot.props}
    return (prop for prop in spec.props if prop.id in shown and not prop.image)


def _told(spec: Spec, results: Results) -> Collection[str]:
    """Whom and what a text model was told of, or will be: they are taken to appear, and drawn beside the story."""
    stories = [episode.id for episode in spec.episodes if episode.script is None and not episode.frozen]
    if any(story not in results.told for story in stories):
        return frozenset(declared(spec))
    return frozenset(name for story in stories for name in results.told[story])


def _shots(spec: Spec, results: Results) -> Iterator[Shot]:
    """Every known shot that is to be drawn."""
    for episode in spec.episodes:
        script = results.scripts.get(episode.id)
        if script and not episode.frozen:
            yield from (shot for shot in script.shots if shot.bought)
