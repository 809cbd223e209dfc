"""Trees, roots and proofs of RFC 6962."""

from hashlib import sha256
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.audit.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_path,
    includes,
    inclusion_path,
    is_consistent,
    leaf_hash,
    node_hash,
    root_of,
)

# The eight entries and roots with which Certificate Transparency tests its trees.
_ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
_ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def leaves_of(count: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


@pytest.mark.parametrize("size", _ROOTS)
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    """
    Others compute the same from the same leaves.
    """
    root = root_of([leaf_hash(entry) for entry in _ENTRIES[:size]])

    assert _ROOTS[size] == root.hex()


def test_the_empty_tree_and_a_leaf_and_a_node_differ() -> None:
    """
    No leaf can be taken for a node: their hashes begin with another byte.
    """
    left, right = sha256(b"l").digest(), sha256(b"r").digest()

    assert EMPTY_ROOT != leaf_hash(b"")
    assert node_hash(left, right) != leaf_hash(left + right)


@given(some.integers(0, 70), some.integers(0, 70))
def test_a_frontier_goes_on_from_its_peaks(before: int, after: int) -> None:
    """
    A tree that is kept as its peaks grows like one that was never put away.
    """
    leaves = leaves_of(before + after)
    first = Frontier()
    for leaf in leaves[:before]:
        first.append(leaf)

    resumed = Frontier(first.size, first.peaks)
    for leaf in leaves[before:]:
        resumed.append(leaf)

    assert root_of(leaves) == resumed.root()


@given(some.integers(0, 70), some.lists(some.integers(0, 20), max_size=6))
def test_leaves_may_come_in_any_groups(before: int, groups: list[int]) -> None:
    """
    The peaks are those of one leaf after the other.
    """
    leaves = iter(leaves_of(before + sum(groups)))
    alone, together = Frontier(), Frontier()
    for leaf in islice(leaves, before):
        alone.append(leaf)
        together.append(leaf)

    for size in groups:
        group = list(islice(leaves, size))
        together.extend(group)
        for leaf in group:
            alone.append(leaf)

    assert (alone.size, alone.peaks) == (together.size, together.peaks)


def test_peaks_that_do_not_fit_the_size_are_refused() -> None:
    """
    A damaged seal does not become a wrong tree.
    """
    with pytest.raises(ValueError, match="3 leaves has 2 peaks, not 1"):
        Frontier(3, [EMPTY_ROOT])


@given(some.integers(1, 70), some.data())
def test_a_leaf_proves_that_it_is_in_the_tree(size: int, data: some.DataObject) -> None:
    """
    At its place, in this tree; and nowhere else, and no other leaf.
    """
    leaves = leaves_of(size)
    index = data.draw(some.integers(0, size - 1))
    path, root = inclusion_path(leaves, index), root_of(leaves)

    assert includes(leaves[index], index, size=size, path=path, root=root)
    assert not includes(leaf_hash(b"other"), index, size=size, path=path, root=root)
    assert not includes(leaves[index], index, size=size, path=[*path, root], root=root)
    assert not includes(leaves[index], size, size=size, path=path, root=root)
    if path:
        assert not includes(leaves[index], index, size=size, path=path[:-1], root=root)


@given(some.integers(1, 70), some.data())
def test_a_tree_proves_that_it_only_grew(second: int, data: some.DataObject) -> None:
    """
    From any of its beginnings; and from no other tree.
    """
    leaves = leaves_of(second)
    first = data.draw(some.integers(1, second))
    path, root = consistency_path(leaves, first), root_of(leaves)
    old = root_of(leaves[:first])
    forged = root_of([leaf_hash(b"other"), *leaves[1:first]])

    assert is_consistent(first, old, second=second, second_root=root, path=path)
    assert not is_consistent(first, forged, second=second, second_root=root, path=path)
    assert not is_consistent(first, old, second=second, second_root=forged, path=path) or forged == root
    assert not is_consistent(first, old, second=second, second_root=root, path=[*path, root])


def test_proofs_of_what_is_not_there_are_refused() -> None:
    """
    A place outside the tree, and a beginning that is none.
    """
    leaves = leaves_of(3)

    with pytest.raises(IndexError):
        inclusion_path(leaves, 3)
    with pytest.raises(ValueError, match="no beginning"):
        consistency_path(leaves, 4)
    assert not is_consistent(4, EMPTY_ROOT, second=3, second_root=root_of(leaves), path=[])
