"""What is done in stories about lots: points granted, promised, spent, held, undone, merged, while the hours pass."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st


@dataclass(frozen=True, slots=True)
class Wish:
    """A posting; delay and life in hours."""

    who: int
    amount: int
    sets: bool
    delay: int | None
    life: int | None


@dataclass(frozen=True, slots=True)
class Post:
    """A batch of postings."""

    wishes: list[Wish]


@dataclass(frozen=True, slots=True)
class Pass:
    """So many hours pass; afterwards some of the drains come by."""

    hours: int
    activating: bool
    lapsing: bool
    expiring: bool


@dataclass(frozen=True, slots=True)
class Keep:
    """Points are set aside for so many hours."""

    who: int
    amount: int
    life: int


@dataclass(frozen=True, slots=True)
class Close:
    """A hold is released (None), or so much of it is captured (0: all)."""

    which: int
    amount: int | None


@dataclass(frozen=True, slots=True)
class Undo:
    """An entry is undone, by so many points (None: all)."""

    which: int
    amount: int | None


@dataclass(frozen=True, slots=True)
class Unite:
    """Somebody turns out to be somebody else."""

    who: int
    into: int


@dataclass(frozen=True, slots=True)
class Part:
    """They are two after all."""

    which: int


Act = Post | Pass | Keep | Close | Undo | Unite | Part

WHO, WHICH = st.integers(0, 4), st.integers(0, 200)
HOURS = st.sampled_from([1, 2, 6, 24, 48])
"""Few, so that things often come due at the very moment that is looked at."""
SOME = st.integers(1, 60)
WISHES = st.builds(
    Wish,
    who=WHO,
    amount=st.integers(-60, 80).filter(bool),
    sets=st.sampled_from([False, False, False, False, True]),
    delay=st.none() | st.none() | HOURS,
    life=st.none() | HOURS,
)
FEW = st.lists(WISHES, min_size=1, max_size=20)
MANY = st.lists(WISHES, min_size=40, max_size=50)
"""A step of a long batch takes the least time."""
ACTS: st.SearchStrategy[Act] = st.one_of(
    st.builds(Post, FEW),
    st.builds(Post, MANY),
    st.builds(Post, MANY),
    st.builds(Pass, HOURS, st.booleans(), st.booleans(), st.booleans()),
    st.builds(Keep, WHO, SOME, HOURS),
    st.builds(Close, WHICH, st.none() | st.just(0) | SOME),
    st.builds(Undo, WHICH, st.none() | SOME),
    st.builds(Undo, WHICH, st.none() | SOME),
    st.builds(Unite, WHO, WHO),
    st.builds(Unite, st.integers(2, 4), st.integers(2, 4)),
    st.builds(Part, WHICH),
)
STORIES = st.lists(ACTS, min_size=4, max_size=16)


def steps(story: Sequence[Act]) -> int:
    """How many things are done."""
    return sum(len(act.wishes) if isinstance(act, Post) else 1 for act in story)
