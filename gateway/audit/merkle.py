"""
The Merkle tree of RFC 6962, section 2.1: hashes, roots, and proofs with their checks.

A leaf is SHA-256(0x00 || bytes), a node SHA-256(0x01 || left || right). A tree
that only grows is kept as its peaks: the roots of the full subtrees of which
it consists, largest first.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()
HASH_BYTES = 32


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of what stands over two subtrees."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that grows at its right end, in the memory of its peaks alone."""

    __slots__ = ("_peaks", "size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self._peaks = list(peaks)
        if len(self._peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} peaks, not {len(self._peaks)}")

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """The roots of the full subtrees, largest first."""
        return tuple(self._peaks)

    def append(self, leaf: bytes) -> None:
        """Add one leaf, given as its hash."""
        peaks, size = self._peaks, self.size
        while size & 1:
            leaf = sha256(b"\x01" + peaks.pop() + leaf).digest()
            size >>= 1
        peaks.append(leaf)
        self.size += 1

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Add several leaves, one level of the tree after the other."""
        peaks, size, level = self._peaks, self.size, list(leaves)
        alone: list[bytes] = []
        while level:
            if size & 1:
                level.insert(0, peaks.pop())
            if len(level) & 1:
                alone.append(level.pop())
            pairs = zip(level[::2], level[1::2], strict=True)
            level = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
            size >>= 1
        peaks.extend(reversed(alone))
        self.size += len(leaves)

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over these leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def inclusion_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the proof that leaf `index` is in the tree over these leaf hashes, lowest sibling first."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"a tree of {len(leaves)} leaves has no leaf {index}")
    path: list[bytes] = []
    while len(leaves) > 1:
        split = _split(len(leaves))
        if index < split:
            path.append(root_of(leaves[split:]))
            leaves = leaves[:split]
        else:
            path.append(root_of(leaves[:split]))
            leaves, index = leaves[split:], index - split
    return path[::-1]


def includes(leaf: bytes, index: int, *, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Return whether this proof shows the leaf at `index` in the tree of `size` leaves and this root."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def consistency_path(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """Return the proof that the tree of the `first` leaves is the beginning of the tree of them all."""
    if not 0 < first <= len(leaves):
        raise ValueError(f"a tree of {len(leaves)} leaves has no beginning of {first}")
    return _subproof(leaves, first, is_whole=True)


def is_consistent(
    first: int, first_root: bytes, *, second: int, second_root: bytes, path: Sequence[bytes]
) -> bool:
    """Return whether this proof shows that the second tree only added to the first."""
    if first == second:
        return first_root == second_root and not path
    if not 0 < first < second or (not path and first.bit_count() != 1):
        return first == 0 and not path
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    rest = list(path)
    old = new = first_root if first.bit_count() == 1 else rest.pop(0)
    for sibling in rest:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _subproof(leaves: Sequence[bytes], first: int, *, is_whole: bool) -> list[bytes]:
    if first == len(leaves):
        return [] if is_whole else [root_of(leaves)]
    split = _split(len(leaves))
    if first <= split:
        return [*_subproof(leaves[:split], first, is_whole=is_whole), root_of(leaves[split:])]
    return [*_subproof(leaves[split:], first - split, is_whole=False), root_of(leaves[:split])]


def _split(size: int) -> int:
    """Return the largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1
