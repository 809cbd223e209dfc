"""Paths found while leaves pass by are the paths of RFC 6962."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.merkle import Frontier, includes, inclusion_path, leaf_hash, root_of
from gateway.audit.review.paths import PathFinder


@given(size=st.integers(1, 130), data=st.data())
def test_a_path_is_the_one_of_the_whole_tree(size: int, data: st.DataObject) -> None:
    """
    Whatever the size and the place, and however many leaves at the beginning are gone.
    """
    leaves = [leaf_hash(b"%d" % number) for number in range(size)]
    gone = data.draw(st.integers(0, size - 1))
    index = data.draw(st.integers(gone, size - 1))
    before = Frontier()
    for leaf in leaves[:gone]:
        before.append(leaf)

    finder = PathFinder(size, [index])
    finder.begin(gone, before.peaks)
    for leaf in leaves[gone:]:
        finder.add(leaf)

    assert inclusion_path(leaves, index) == finder.path(index)
    assert includes(leaves[index], index, size=size, path=finder.path(index), root=root_of(leaves))


def test_several_paths_are_found_in_one_pass() -> None:
    """
    The two records of one request need the leaves only once.
    """
    leaves = [leaf_hash(b"%d" % number) for number in range(21)]
    finder = PathFinder(21, [3, 17])

    for leaf in leaves:
        finder.add(leaf)

    assert [inclusion_path(leaves, 3), inclusion_path(leaves, 17)] == [finder.path(3), finder.path(17)]
