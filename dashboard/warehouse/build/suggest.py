"""The likely school for a misspelt name: one character off, and the nearest by sound.

Names are typed by zhuyin, so a typo is mostly a homophone: 深奧 is 深澳 rather than 深美. It is a suggestion for a
person; no row is ever matched by it.
"""

import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping


def suggest(unknown: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    """The likely names of `unknown` stems; `known` maps a stem to its school's name.

    Equally likely schools are all named, up to three; a stem that resembles none is left out.
    """
    index: dict[str, set[str]] = defaultdict(set)
    for stem in known:
        for variant in _variants(stem):
            index[variant].add(stem)
    longest = max(map(len, index), default=0)
    names = {}
    for stem in unknown:
        if len(stem) > longest + 1:
            continue  # a whole page in the cell of a school's name has as many variants as letters
        near = {other for variant in _variants(stem) for other in index.get(variant, ())}
        if near and (best := _nearest(stem, near)):
            names[stem] = "、".join(known[other] for other in best)
    return names


def _variants(stem: str) -> Iterator[str]:
    """The stem, and it without any one character: two texts that share one are about one edit apart."""
    yield stem
    if len(stem) > 1:
        for i in range(len(stem)):
            yield stem[:i] + stem[i + 1 :]


def _nearest(stem: str, near: Collection[str]) -> list[str]:
    if len(near) == 1:
        return list(near)
    # Its dictionary takes a while to load: most builds need none, and names need no phrases.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import lazy_pinyin

    def distance(other: str) -> tuple[int, int, int]:
        sounds, others = lazy_pinyin(stem), lazy_pinyin(other)
        return (
            abs(len(stem) - len(other)) + sum(a != b for a, b in zip(sounds, others, strict=False)),
            sum(a != b for a, b in zip(stem, other, strict=False)),
            abs(len(stem) - len(other)),
        )

    ranked = sorted((distance(other), other) for other in near)
    best = [other for score, other in ranked if score == ranked[0][0]]
    return best if len(best) <= 3 else []
