"""The tree of places, whatever its sources say."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from mhero.registry.tree import Node, positions


def uid(n: int) -> UUID:
    return UUID(int=n)


def node(parent: int | None, said_level: int = 0) -> Node:
    return Node(parent=uid(parent) if parent else None, said_level=said_level)


def test_a_path_leads_from_the_country_to_the_clinic() -> None:
    placed = positions({uid(3): node(2), uid(1): node(None), uid(2): node(1)})
    assert placed[uid(3)].path == (uid(1), uid(2), uid(3))
    assert [placed[uid(n)].level for n in (1, 2, 3)] == [1, 2, 3]


def test_an_orphan_stands_at_the_top_with_the_level_it_says() -> None:
    placed = positions({uid(2): node(99, said_level=3), uid(3): node(2)})
    assert (placed[uid(2)].path, placed[uid(2)].level, placed[uid(2)].problem) == ((uid(2),), 3, "orphan")
    assert (placed[uid(3)].level, placed[uid(3)].problem) == (4, "")


def test_a_loop_is_cut_in_one_place_and_everything_hangs_below_it() -> None:
    placed = positions({uid(5): node(4), uid(4): node(6), uid(6): node(5), uid(7): node(6)})
    assert placed[uid(4)].problem == "loop"
    assert placed[uid(7)].path == (uid(4), uid(5), uid(6), uid(7))


def test_a_place_that_belongs_to_itself_is_a_loop() -> None:
    assert positions({uid(1): node(1)})[uid(1)].problem == "loop"


@given(st.dictionaries(st.integers(1, 30), st.one_of(st.none(), st.integers(1, 40))))
def test_any_tree_is_walked_to_its_end(parents: dict[int, int | None]) -> None:
    nodes = {uid(n): node(parent) for n, parent in parents.items()}
    placed = positions(nodes)
    assert placed.keys() == nodes.keys()
    for place, position in placed.items():
        assert position.path[-1] == place
        assert len(set(position.path)) == len(position.path)
