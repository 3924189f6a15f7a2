"""Texts that are made to be slow or large to read: each takes a number of bytes, and gives the files of a project."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Files = Mapping[str, str]

HEAD = "manju: 1\ntheme: 雨夜\n"
FILM = "manju: 1\nscenes: {a: {}}\n"


_MOST_FILES = 3_000  # that one key may name


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


def _files(
    text: str, size: int, head: str = "scenes: {a: {}}\ncharacters: {林: {}}\n", most: int = _MOST_FILES
) -> Files:
    """As many episodes of one text, with their number in place of `#`, as there may be and is room for."""
    made = {"drama.yaml": f"manju: 1\n{head}episodes: e/*.yaml\n"}
    size -= len(made["drama.yaml"].encode())
    while size > 0 and len(made) < most:
        made[f"e/{len(made)}.yaml"] = episode = f"manju: 1\nepisode: e#\n{text}".replace("#", str(len(made)))
        size -= len(episode.encode())
    return made


def _near(model: str, traits: int, letters: int) -> Callable[[int], Files]:
    """A clip for each shot, of which every prompt comes near to the limit of its model."""
    fixed = ", ".join(f"t{number}: {'雨' * letters}" for number in range(traits))
    head = f"manju: 1\nmodels: {{video: {model}}}\nscenes: {{a: {{}}}}\ncharacters: {{林: {{traits: {{{fixed}}}}}}}\n"
    shot = "  - {id: s#, seconds: 6, characters: [林], action: 林推门而入}\n"
    return lambda size: {**_series(shot, size - 800), "drama.yaml": f"{head}episodes: e/*.yaml\n"}


def _ways(size: int) -> Files:
    """Shots of which each shows the one before it again, through all episodes."""
    made = {"drama.yaml": "manju: 1\nscenes: {a: {}}\nepisodes: e/*.yaml\n"}
    before = ""
    while size > 0:
        number, shots = len(made), []
        for shot in range(1000):
            shows = f"use: {before}" if before else "action: x"
            shots.append(f"- {{id: s{shot}, seconds: 2, {shows}}}\n")
            before, size = f"e{number}/s{shot}", size - len(shots[-1])
        made[f"e/{number}.yaml"] = f"manju: 1\nepisode: e{number}\nshots:\n{''.join(shots)}"
    return made


def _variants(size: int) -> Files:
    """Thousands of looks of people with many traits, each of which some shot shows."""
    fixed = ", ".join(f"t{number}: 雨夜里" for number in range(40))
    looks = ", ".join(f"l{number}: {{衣: x}}" for number in range(40))
    people = "".join(f"  c{number}:\n    traits: {{{fixed}}}\n    looks: {{{looks}}}\n" for number in range(100))
    made = {"drama.yaml": f"manju: 1\nscenes: {{a: {{}}}}\ncharacters:\n{people}episodes: e/*.yaml\n"}
    size -= len(made["drama.yaml"].encode())
    while size > 0:
        number = len(made)
        lines = (
            f"- {{id: s{n}, seconds: 6, characters: [c{n % 100}/l{(n + number) % 40}], action: x}}\n"
            for n in range(1000)
        )
        made[f"e/{number}.yaml"] = f"manju: 1\nepisode: e{number}\nshots:\n{''.join(lines)}"
        size -= len(made[f"e/{number}.yaml"].encode())
    return made


_MOST_PARTS = 60  # of one episode


def _parts(size: int) -> Files:
    """Parts of one shot each, which inherits all that a part can say."""
    made = {"drama.yaml": "manju: 1\nscenes: {a: {}}\ncharacters: {林: {}}\nepisodes: e/*.yaml\n"}
    said = "at: a, characters: [林], framing: 近景, camera: 推"
    while size > 0:
        parts = _numbered(f"- {{{said}, shots: [{{id: s#, seconds: 1, action: x}}]}}\n", size, _MOST_PARTS)
        size -= len(parts.encode())
        made[f"e/{len(made)}.yaml"] = f"manju: 1\nepisode: e{len(made)}\nparts:\n{parts}"
    return made


def _shared(entry: str, shot: str, part: float, kind: str = "characters") -> Callable[[int], Files]:
    """A series with so great a part of it in files of a hundred people, places or things that it includes.

    In an entry, `#` is the number of its file and `@` its own; in a shot, that of its episode and its own.
    """

    def made(size: int) -> Files:
        found = {"drama.yaml": "manju: 1\nscenes: {a: {}}\ninclude: i/*.yaml\nepisodes: e/*.yaml\n"}
        for folder, head, piece, count, room in (
            ("i", f"manju_include: 1\n{kind}:\n", entry, 100, size * part),
            ("e", "manju: 1\nepisode: e#\nshots:\n", shot, 1000, size * (1 - part)),
        ):
            number = 0
            while room > 0:
                text = f"{head}{''.join(piece.replace('@', str(each)) for each in range(count))}"
                found[f"{folder}/{number}.yaml"] = text = text.replace("#", str(number))
                number, room = number + 1, room - len(text.encode())
        return found

    return made


def _scripts(size: int) -> Files:
    """Scripts in files of their own."""
    made = {"drama.yaml": "manju: 1\nscenes: {a: {}}\ncharacters: {林: {}}\nepisodes: e/*.yaml\n"}
    shot = "- {id: s#, seconds: 2, action: x, characters: [林], say: [{who: 林, line: 好}]}\n"
    while size > 0:
        number = len(made) // 2
        made[f"e/{number}.yaml"] = f"manju: 1\nepisode: e{number}\nscript: ../s/{number}.yaml\n"
        made[f"s/{number}.yaml"] = text = f"manju_script: 1\nshots:\n{_numbered(shot, size, 1000)}"
        size -= len(text.encode())
    return made


def _scoped(size: int) -> Files:
    """Somebody whose traits are each scoped to framings that no shot has."""
    traits = ", ".join(f"t{number}: {{is: 雨夜, in: [全景, 远景{number}]}}" for number in range(40))
    head = f"manju: 1\nscenes: {{a: {{}}}}\ncharacters: {{林: {{traits: {{{traits}}}}}}}\nepisodes: e/*.yaml\n"
    shots = "- {id: s#, seconds: 2, action: x, characters: [林], framing: 近景}\n"
    return {**_series(shots, size - len(head.encode())), "drama.yaml": head}


def _nested(size: int) -> Files:
    """Files of which each includes the next."""
    made = {"drama.yaml": f"{HEAD}include: i/1.yaml\n"}
    while size > 0:
        number = len(made)
        made[f"i/{number}.yaml"] = text = f"manju_include: 1\ninclude: {number + 1}.yaml\nprops: {{p{number}: {{}}}}\n"
        size -= len(text.encode())
    return made


def _beside(size: int) -> Files:
    """Files that one drama includes."""
    made = {"drama.yaml": f"{HEAD}include: i/*.yaml\n"}
    while size > 0:
        made[f"i/{len(made)}.yaml"] = text = f"manju_include: 1\nprops: {{p{len(made)}: {{}}}}\n"
        size -= len(text.encode())
    return made


def _declared(count: int, variants: int) -> str:
    """So many people, places and things, with looks and times."""
    looks = ", ".join(f"l{number}: {{衣: x}}" for number in range(variants))
    times = ", ".join(f"t{number}: {{light: x}}" for number in range(variants))
    people = "".join(f"  c{number}: {{looks: {{{looks}}}}}\n" for number in range(count))
    places = "".join(f"  p{number}: {{at: {{{times}}}}}\n" for number in range(2 * count))
    things = "".join(f"  q{number}: {{text: x}}\n" for number in range(2 * count))
    return f"characters:\n{people}scenes:\n{places}props:\n{things}"


_ONE_SHOT = """\
logline: 林澈在雨夜里追查失窃的校徽
shots:
  - {id: s1, seconds: 2, characters: [林], action: 林推门而入，雨水滴下}
"""
_MORE_SHOTS = "".join(f"  - {{id: s{n}, seconds: 2, characters: [林], action: 雨水从伞沿滴下}}\n" for n in range(2, 7))
_HERE = "shots:\n  - {id: s1, seconds: 2, scene: p1, action: 林推门而入，雨水从伞沿上一滴一滴地滴下来}\n"
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
    "a series of the shortest shots": lambda size: _series("- {id: s#, seconds: 1, action: x}\n", size),
    "a series of shots of somebody with traits": lambda size: {
        **_series("  - {id: s#, seconds: 6, characters: [c1], action: x}\n", size - 40_000),
        "drama.yaml": "manju: 1\nscenes: {a: {}}\ncharacters:\n"
        + "".join(f"  c{n}: {{traits: {{{', '.join(f't{k}: x' for k in range(40))}}}}}\n" for n in range(100))
        + "episodes: e/*.yaml\n",
    },
    "a series of prompts near to 500 letters": _near("seedance-1.0-pro", 20, 15),
    "a series of prompts near to 1024 tokens": _near("veo3.1-fast", 40, 18),
    "a series of prompts near to 2000 letters": _near("hailuo-2.3-t2v-standard", 20, 85),
    "a series of trims": lambda size: _files(
        f"trim: {{{', '.join(f's{n}: {{to: 1}}' for n in range(999))}}}\nshots:\n"
        + "".join(f"- {{id: s{n}, seconds: 2, action: x}}\n" for n in range(999)),
        size - 50_000,
    ),
    "shots that show each other again": _ways,
    "fixes that show one shot again": lambda size: _files(
        f"theme: x\nfix: {{{', '.join(f's{n}: {{use: e1/s1}}' for n in range(999))}}}\n",
        size,
        "format: {seconds: 60}\n",
    ),
    "more episodes than there may be": lambda size: _files(_ONE_SHOT, size, most=size),
    "as many episodes as there may be": lambda size: _files(_ONE_SHOT + _MORE_SHOTS, size),
    "episodes after many others": lambda size: _files(
        "theme: x\nlogline: 雨夜#\nso_far: true\n", size, "format: {seconds: 60}\n"
    ),
    "episodes after many others without a word": lambda size: _files(
        "theme: 雨夜里的一盏灯\nso_far: true\n", size, "format: {seconds: 60}\n"
    ),
    "episodes of a drama that declares much": lambda size: _files(_HERE, size, _declared(100, 20)),
    "looks": _variants,
    "parts of one shot each": _parts,
    "scripts in files of their own": _scripts,
    "traits that are scoped": _scoped,
    "a series of cards": lambda size: _series("- {id: s#, seconds: 1, card: 三年后}\n", size),
    "a series of captions": lambda size: _series("- {id: s#, seconds: 1, action: x, caption: 三年后}\n", size),
    "a series of places in the picture": lambda size: _series(
        "- {id: s#, seconds: 2, characters: [林], place: {林: 左}, action: x}\n", size
    ),
    "a series of open quotes": lambda size: _series("- {id: s#, seconds: 2, action: “林推门}\n", size),
    "thousands of long names": _shared(
        f"  c#x@: {{name: {'很长的名字' * 7}#x@}}\n",
        f"- {{id: s@, seconds: 2, action: {'很长的名字' * 7}#x@来}}\n",
        0.5,
    ),
    "thousands of places with times": _shared(
        "  p#x@: {at: {夜: {light: 暗}, 晨: {light: 亮}}}\n",
        "- {id: s@, seconds: 2, scene: p#x1/夜, action: x}\n",
        0.5,
        "scenes",
    ),
    "thousands of things": _shared(
        "  p#x@: {text: x, traits: {色: 红}}\n",
        "- {id: s@, seconds: 2, scene: a, action: x, props: [p1x1, p#x2]}\n",
        0.4,
        "props",
    ),
    "includes in includes": _nested,
    "includes beside each other": _beside,
    "templates in templates": lambda size: {"drama.yaml": HEAD, "templates/scene.j2": _times("{% if a %}", size)},
    "a long template": lambda size: {"drama.yaml": HEAD, "templates/scene.j2": _times("雨夜 {{ scene.name }}\n", size)},
}


def files(name: str, size: int) -> Files:
    """The files of an input of so many bytes."""
    made = INPUTS[name](size)
    return {"drama.yaml": made} if isinstance(made, str) else made


KNOWN = frozenset({
    "a series of the shortest shots",
    "a series of trims",
    "a series of open quotes",
    "a series of places in the picture",
    "shots that show each other again",
    "as many episodes as there may be",
    "looks",
    "parts of one shot each",
    "scripts in files of their own",
    "thousands of places with times",
    "thousands of things",
})  # fmt: skip
"""Series of thousands of files, shots or names that are known to take about as long as one file of their size may."""
