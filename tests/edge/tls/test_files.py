"""The files of a certificate, by their names."""

from pathlib import Path

from gateway.edge.tls.files import TlsFiles


def test_every_file_is_named_once(tmp_path: Path) -> None:
    """
    For the one who watches them.
    """
    both, authority = tmp_path / "both.pem", tmp_path / "ca.pem"

    paths = list(TlsFiles(both, both, (authority, None, authority)).paths())

    assert [both, authority] == paths
