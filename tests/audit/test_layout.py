"""Where everything of a log lies."""

from pathlib import Path

from gateway.audit.layout import HEADS_IN_A_FILE, Layout, Seal


def test_a_segment_and_its_seal_lie_side_by_side() -> None:
    """
    Named by number, in the writer's folder.
    """
    layout = Layout(Path("/log"))

    assert Path("/log/writers/w/000003.jsonl") == layout.segment("w", 3)
    assert Path("/log/writers/w/000003.seal") == layout.seal("w", 3)


def test_heads_fill_one_file_after_the_other() -> None:
    """
    Each file holds a full subtree.
    """
    layout = Layout(Path("/log"))

    assert layout.heads(0) == layout.heads(HEADS_IN_A_FILE - 1)
    assert Path("/log/heads/00000001.jsonl") == layout.heads(HEADS_IN_A_FILE)


def test_a_seal_names_its_last_record() -> None:
    """
    By the number of the first and how many there are.
    """
    nothing: tuple[str, ...] = ()
    seal = Seal(
        writer="w", segment=1, first_seq=10, records=5, first_prev="", last="", peaks_before=nothing,
        peaks_after=nothing, bytes=0, first_time="", last_time="", is_final=False,
    )  # fmt: skip

    assert 14 == seal.last_seq
