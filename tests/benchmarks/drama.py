"""A drama of as many paid calls as one wants: one script, who and where, and for each shot a sheet and a clip."""

from __future__ import annotations

from pathlib import Path

CHARACTERS, SCENES = 20, 19
_SECONDS = 1.2  # of each shot: no two share a clip of two seconds

# A job is found to be done half an interval of its polls late, and holds its slot so long: asked for every 0.05 s, jobs
# of 1.1 s lose a fortieth of the time of their slots.
MANJUC = """
limits: {{text: {text}, image: {image}, video: {video}}}
models:
  sora-2:
    durations: [2]
    price: {{durations: {{"2": "0.33"}}}}
    pace: {{first: 0.05, then: 0.05, most: 0.05, deadline: 600}}
"""


def calls(shots: int) -> int:
    """How many paid calls such a drama takes."""
    return 1 + CHARACTERS + SCENES + 2 * shots


def write(root: Path, shots: int, slots: dict[str, int]) -> Path:
    """A project with one spec, whose story a text model writes; returns the spec."""
    spec = root / "specs/bench.yaml"
    spec.parent.mkdir(parents=True)
    people = "".join(
        f"  juese{n}: {{name: 角色{n}, traits: {{发色: 第{n}种银灰短发, 服装: 第{n}件深蓝风衣}}}}\n"
        for n in range(CHARACTERS)
    )
    places = "".join(f"  changjing{n}: {{name: 场景{n}, light: 第{n}盏侧光, tone: 蓝紫}}\n" for n in range(SCENES))
    spec.write_text(
        f"manju: 1\ntheme: 雨夜里，一枚发光的校徽\nformat: {{seconds: {shots * _SECONDS:.1f}}}\n"
        "models: {text: gemini-3-flash-preview-nothinking, image: nano-banana-2, video: sora-2}\n"
        f"characters:\n{people}scenes:\n{places}"
        f"limits: {{shots: {{min: {shots}, max: {shots}}}, shot_seconds: {{min: 1.1, max: 1.3}},\n"
        f"  characters: {{min: {CHARACTERS}, max: {CHARACTERS}}}, scenes: {{min: {SCENES}, max: {SCENES}}}}}\n",
        encoding="utf-8",
    )
    (root / "manjuc.yaml").write_text(MANJUC.format(**slots), encoding="utf-8")
    return spec
