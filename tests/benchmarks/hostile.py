"""Texts that are made to be slow or large to read: each takes a number of bytes, and gives the files of a project."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Files = Mapping[str, str]

HEAD = "manju: 1\ntheme: 雨夜\n"
FILM = "manju: 1\nscenes: {a: {}}\n"


def _times(piece: str, size: int) -> str:
    return piece * (size // len(piece.encode()) + 1)


def _numbered(piece: str, size: int, most: int = 10**9) -> str:
    """A piece again and again, with its number in place of `#`."""
    parts, total, number = [], 0, 0
    while total < size and number < most:
        part = piece.replace("#", str(number))
        total += len(part.encode())
        parts.append(part)
        number += 1
    return "".join(parts)


def _film(shots: str) -> str:
    return f"{FILM}shots:\n{shots}"


def _series(shot: str, size: int) -> Files:
    """A series of such shots, in as many episodes of a thousand as it takes."""
    made: dict[str, str] = {"drama.yaml": "manju: 1\nscenes: {a: {}}\ncharacters: {林: {}}\nepisodes: e/*.yaml\n"}
    while size > 0:
        shots = _numbered(shot, size, 1000)
        size -= len(shots.encode())
        made[f"e/{len(made)}.yaml"] = f"manju: 1\nepisode: e{len(made)}\nshots:\n{shots}"
    return made


_LINES = f"say: [{', '.join(['{林: 一个字一个字地说}'] * 20)}]"
_SHOT = """\
  - id: s#
    seconds: 2
    characters: [林]
    framing: 近景
    camera: 推
    action: 林推门而入，雨水从伞沿滴下
    visuals: 雨水
    say:
      - 林: 我回来了
      - 林(心声): 我回来了
"""


def _deep_block(size: int) -> str:
    """Blocks in blocks: each line is indented further, so that lines grow."""
    depth = int((2 * size) ** 0.5)
    return HEAD + "style:\n" + "".join(f"{' ' * n}a:\n" for n in range(1, depth))


INPUTS: Mapping[str, Callable[[int], str | Files]] = {
    # What YAML has to read.
    "brackets in brackets": lambda size: f"{HEAD}title: {_times('[', size)}",
    "braces in braces": lambda size: f"{HEAD}title: {_times('{a: ', size)}",
    "closed brackets in brackets": lambda size: f"{HEAD}title: {'[' * (size // 2)}{']' * (size // 2)}\n",
    "blocks in blocks": _deep_block,
    "lists in lists": lambda size: f"{HEAD}title:\n  {_times('- ', size)}x\n",
    "one line": lambda size: f"{HEAD}title: {_times('雨', size)}\n",
    "one line without a key": lambda size: _times("雨夜", size),
    "one line of words": lambda size: f"{HEAD}title {_times('雨 夜 ', size)}\n",
    "one long key": lambda size: f"{HEAD}{_times('雨', size)}: x\n",
    "keys": lambda size: HEAD + _numbered("k#: x\n", size),
    "the same key": lambda size: HEAD + _times("title: x\n", size),
    "keys near to one": lambda size: HEAD + _numbered("titl#: x\n", size),
    "keys in braces": lambda size: f"{HEAD}style: {{{_numbered('k#: x, ', size)}}}\n",
    "items": lambda size: f"{HEAD}style:\n  palette:\n" + _numbered("  - 红#\n", size),
    "items in brackets": lambda size: f"{HEAD}style: {{palette: [{_numbered('红#, ', size)}]}}\n",
    "the same item": lambda size: f"{HEAD}review: [{_times('script, ', size)}]\n",
    "digits": lambda size: f"{HEAD}format: {{seconds: {'9' * size}}}\n",
    "digits behind a point": lambda size: f"{HEAD}format: {{seconds: 0.{'9' * size}}}\n",
    "digits of a hexadecimal": lambda size: f"{HEAD}format: {{seconds: 0x{'f' * size}}}\n",
    "exponents": lambda size: f"{HEAD}style: {{palette: [{_times('1e999, ', size)}]}}\n",
    "quotes": lambda size: HEAD + _times('title: "x" y\n', size),
    "quotes that stay open": lambda size: HEAD + _times("a'b\n\"", size),
    "an open quote": lambda size: f'{HEAD}title: "' + _times("雨夜\n", size),
    "quotes on one line": lambda size: f"{HEAD}title: " + _times("\"雨\"'夜'", size) + "\n",
    "aliases": lambda size: HEAD + _numbered("k#: *a\n", size),
    "anchors": lambda size: HEAD + _numbered("k#: &a# x\n", size),
    "tags": lambda size: HEAD + _numbered("k#: !快 x\n", size),
    "merge keys": lambda size: HEAD + "style:\n" + _times("  <<: {a: b}\n", size),
    "comments": lambda size: HEAD + _times("# 雨夜\n", size),
    "texts cut off": lambda size: HEAD + _numbered("k#: 雨 #夜\n", size),
    "texts cut off on one line": lambda size: f"{HEAD}title: {_times('雨 #夜 ', size)}\n",
    "hashes": lambda size: f"{HEAD}title: x {'#' * size}\n",
    "spaces": lambda size: f"{HEAD}title: x{' ' * size}y\n",
    "spaces before a hash": lambda size: f"{HEAD}title: x{' ' * size}#y\n",
    "full-width spaces": lambda size: f"{HEAD}{_times(chr(0x3000), size)}x: y\n",
    "full-width spaces on lines": lambda size: HEAD + _times("\u3000x: y\n", size),
    "full-width spaces behind dashes": lambda size: HEAD + _times("- ", size) + "\u3000x\n",
    "full-width dashes": lambda size: HEAD + _times("－ x\n", size),
    "full-width colons": lambda size: HEAD + _numbered("k#：x\n", size),
    "full-width colons on one line": lambda size: HEAD + _times("k：x ", size) + "\n",
    "full-width commas": lambda size: f"{HEAD}style: {{palette: [{_times('红，', size)}]}}\n",
    "full-width braces": lambda size: f"{HEAD}format: {_times('｛a：', size)}｝\n",
    "full-width commas in braces": lambda size: f"{HEAD}format: {{{_times('a: x，', size)}}}\n",
    "dashes": lambda size: f"{HEAD}title: {'-' * size}\n",
    "dashes and spaces": lambda size: _times("- ", size),
    "colons": lambda size: f"{HEAD}title: {_times('a: ', size)}\n",
    "lines that continue": lambda size: f"{HEAD}title: x\n" + _times("  雨夜\n", size),
    "lines that continue, and a colon": lambda size: f"{HEAD}title\n" + _times("  雨夜\n", size) + "a: b\n",
    "empty lines": lambda size: HEAD + "\n" * size + "theme\n",
    "line ends of old": lambda size: HEAD + "\r" * size,
    "tabs": lambda size: HEAD + "\t" * size + "x: y\n",
    "lines with tabs": lambda size: HEAD + _times("\tx: y\n", size),
    "separators of lines": lambda size: f"{HEAD}title: {_times(chr(0x2028), size)}\n",
    "keys, and a letter that nobody sees": lambda size: HEAD + _numbered("k#: x\n", size) + "z: a\u200bb\n",
    "keys, and an odd space": lambda size: HEAD + _numbered("k#: x\n", size) + "z: a\u3000b\n",
    "keys without a value": lambda size: f"{HEAD}style: {{{_numbered('k#, ', size)}}}\n",
    "comments, and a slip": lambda size: HEAD + _times("#\n\n", size) + "theme\n",
    "combining marks": lambda size: f"{HEAD}title: e{_times(chr(0x301), size)}\n",
    "an id of combining marks": lambda size: f"{HEAD}characters: {{e{_times(chr(0x301), size)}: {{}}}}\n",
    "marks of direction": lambda size: f"{HEAD}title {_times(chr(0x202E), size)}\n",
    "percent signs": lambda size: f"{HEAD}title: {'%' * size}\n",
    "escapes": lambda size: f'{HEAD}title: "{_times(chr(92) + "x41", size)}"\n',
    "documents": lambda size: _times("---\n", size),
    # What checks have to compare.
    "shots": lambda size: _film(_numbered("  - {id: s#, seconds: 1, action: x}\n", size, 10**9)),
    "a thousand shots": lambda size: _film(
        _numbered("  - {id: s#, seconds: 1, action: " + "雨" * 290 + "}\n", size, 1000)
    ),
    "shots without a place": lambda size: (
        "manju: 1\nscenes: {a: {}, b: {}}\nshots:\n" + _numbered("  - {id: s#, seconds: 1, action: x}\n", size, 1000)
    ),
    "people who are not declared": lambda size: (
        f"{FILM}characters: {{{_numbered('林#: {}, ', size // 2, 100)}}}\nshots:\n"
        + _numbered(
            f"  - {{id: s#, seconds: 1, action: x, characters: [{', '.join(['林澈x'] * 20)}]}}\n", size // 2, 1000
        )
    ),
    "people near to those declared": lambda size: (
        f"{FILM}characters: {{{_numbered('林澈清晨的名字很长#: {}, ', size, 100)}}}\n"
        + "shots:\n"
        + _numbered(
            f"  - {{id: s#, seconds: 1, action: x, characters: [{', '.join(['林澈清晨的名字很长x'] * 20)}]}}\n",
            size,
            1000,
        )
    ),
    "people by their names": lambda size: (
        f"{FILM}characters: {{{_numbered('c#: {name: n#}, ', size, 98)}}}\nshots:\n"
        + _numbered(
            f"  - {{id: s#, seconds: 8, action: x, characters: [{', '.join(f'n{n}' for n in range(20))}]}}\n",
            size,
            1000,
        )
    ),
    "people with many names": lambda size: (
        f"{HEAD}characters:\n"
        + "".join(
            f"  c{number}: {{also: [{', '.join(f'n{number}x{other}' for other in range(20))}]}}\n"
            for number in range(100)
        )
    ),
    "fixes of shots": lambda size: f"{HEAD}fix:\n" + _numbered("  s#: {camera: x}\n", size, 1000),
    "trims of shots that are not there": lambda size: (
        f"{FILM}trim:\n"
        + _numbered("  t#x: {from: 1}\n", size, 1000)
        + "shots:\n"
        + _numbered("  - {id: s#, seconds: 1, action: x}\n", size, 1000)
    ),
    "traits": lambda size: (
        f"{HEAD}characters:\n"
        + "".join(
            f"  c{number}: {{traits: {{{', '.join(f't{each}: {chr(0x96E8) * 60}' for each in range(40))}}}}}\n"
            for number in range(min(100, size // 8000))
        )
    ),
    "lines that are said": lambda size: (
        f"{FILM}characters: {{林: {{}}}}\nshots:\n"
        + _numbered(f"  - {{id: s#, seconds: 8, characters: [林], action: x, {_LINES}}}\n", size, 1000)
    ),
    "words that relays refuse": lambda size: _film(
        _numbered("  - {id: s#, seconds: 1, action: " + "血泊，没有刀，" * 60 + "}\n", size, 1000)
    ),
    "colours": lambda size: (
        f"{FILM}characters: {{林: {{traits: {{发: 黑发}}}}}}\nshots:\n"
        + _numbered("  - {id: s#, seconds: 1, characters: [林], action: " + "林的银发红衣，" * 60 + "}\n", size, 1000)
    ),
    # What belongs to a drama.
    "a long chapter": lambda size: {"drama.yaml": "manju: 1\nsource: a.txt\n", "a.txt": _times("雨夜。\n", size)},
    "a large include": lambda size: {
        "drama.yaml": f"{HEAD}include: a.yaml\n",
        "a.yaml": "manju_include: 1\ncharacters:\n" + _numbered("  c#: {role: x}\n", size),
    },
    "episodes": lambda size: {
        "drama.yaml": "manju: 1\nformat: {seconds: 60}\nepisodes: e/*.yaml\n",
        **{
            f"e/{n}.yaml": f"manju: 1\nepisode: e{n}\ntheme: {'雨' * 1300}\nso_far: true\n" for n in range(size // 4000)
        },
    },
    "a series": lambda size: _series(_SHOT, size),
    "a series of short shots": lambda size: _series(
        "  - {id: s#, seconds: 2, scene: a, characters: [林], action: 林推门}\n", size
    ),
    "a series of lines": lambda size: _series(
        f"  - {{id: s#, seconds: 8, characters: [林], action: x, {_LINES}}}\n", size
    ),
    "a series of unknown keys": lambda size: _series("  - {id: s#, seconds: 1, action: x, k#: y}\n", size),
    "a series without seconds": lambda size: _series("  - {id: s#}\n", size),
    "templates in templates": lambda size: {"drama.yaml": HEAD, "templates/scene.j2": _times("{% if a %}", size)},
    "a long template": lambda size: {"drama.yaml": HEAD, "templates/scene.j2": _times("雨夜 {{ scene.name }}\n", size)},
}


def files(name: str, size: int) -> Files:
    """The files of an input of so many bytes."""
    made = INPUTS[name](size)
    return {"drama.yaml": made} if isinstance(made, str) else made
