"""What is done in stories about lots: points granted, promised, spent, held and undone, while the hours pass."""

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

    who: int
    which: int
    amount: int | None


@dataclass(frozen=True, slots=True)
class Undo:
    """An entry is undone, by so many points (None: all)."""

    who: int
    which: int
    amount: int | None


Act = Post | Pass | Keep | Close | Undo

WHO, WHICH = st.integers(0, 3), st.integers(0, 30)
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
BATCHES = st.integers(1, 50).flatmap(lambda size: st.lists(WISHES, min_size=size, max_size=size))
"""Long ones, since a step of a batch takes the least time."""
ACTS: st.SearchStrategy[Act] = st.one_of(
    st.builds(Post, BATCHES),
    st.builds(Post, BATCHES),
    st.builds(Pass, HOURS, st.booleans(), st.booleans(), st.booleans()),
    st.builds(Keep, WHO, SOME, HOURS),
    st.builds(Close, WHO, WHICH, st.none() | st.just(0) | SOME),
    st.builds(Undo, WHO, WHICH, st.none() | SOME),
)
STORIES = st.lists(ACTS, min_size=4, max_size=16)


def steps(story: Sequence[Act]) -> int:
    """How many things are done."""
    return sum(len(act.wishes) if isinstance(act, Post) else 1 for act in story)
