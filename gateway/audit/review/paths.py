"""Proofs in a tree that grows, found while its leaves pass by; the tree itself is never held."""

from collections.abc import Iterable

from gateway.audit.merkle import node_hash

_Node = tuple[int, int]
"""A full subtree: its height, and its place among those of that height."""


class PathFinder:
    """
    The inclusion paths of some leaves in a tree of `size` leaves.

    Leaves are `add`ed in their order. Where the first ones are gone, `begin`
    says how many and gives the peaks of the tree over them.
    """

    def __init__(self, size: int, indexes: Iterable[int]) -> None:
        self._size = size
        self._siblings = {index: _siblings(index, size) for index in indexes}
        self._wanted = {
            node for ranges in self._siblings.values() for span in ranges for node in _subtrees(*span)
        }
        self._found: dict[_Node, bytes] = {}
        self._peaks: list[bytes] = []
        self.count = 0

    def begin(self, count: int, peaks: Iterable[bytes]) -> None:
        """Start behind the leaves that are gone."""
        self._peaks, self.count = list(peaks), count
        for node, peak in zip(_subtrees(0, count), self._peaks, strict=True):
            self._keep(node, peak)

    def add(self, leaf: bytes) -> None:
        """Take in the next leaf, as its hash."""
        height, place, left = 0, self.count, self.count
        self._keep((height, place), leaf)
        while left & 1:
            leaf = node_hash(self._peaks.pop(), leaf)
            height, place, left = height + 1, place >> 1, left >> 1
            self._keep((height, place), leaf)
        self._peaks.append(leaf)
        self.count += 1

    def path(self, index: int) -> list[bytes]:
        """Return the path of a leaf, lowest sibling first, once all leaves were added."""
        return [self._root(*span) for span in self._siblings[index]]

    def _keep(self, node: _Node, root: bytes) -> None:
        if node in self._wanted:
            self._found[node] = root

    def _root(self, begin: int, end: int) -> bytes:
        peaks = [self._found[node] for node in _subtrees(begin, end)]
        root = peaks[-1]
        for peak in reversed(peaks[:-1]):
            root = node_hash(peak, root)
        return root


def _siblings(index: int, size: int) -> list[tuple[int, int]]:
    """Return what stands beside the way from a leaf to the root, as ranges of leaves, lowest first."""
    if not 0 <= index < size:
        raise IndexError(f"a tree of {size} leaves has no leaf {index}")
    begin, end = 0, size
    ranges: list[tuple[int, int]] = []
    while end - begin > 1:
        split = begin + (1 << (end - begin - 1).bit_length() - 1)
        if index < split:
            ranges.append((split, end))
            end = split
        else:
            ranges.append((begin, split))
            begin = split
    return ranges[::-1]


def _subtrees(begin: int, end: int) -> list[_Node]:
    """Return the full subtrees of which a range consists, largest first."""
    nodes: list[_Node] = []
    while begin < end:
        height = (end - begin).bit_length() - 1
        nodes.append((height, begin >> height))
        begin += 1 << height
    return nodes
