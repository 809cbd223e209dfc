from typing import Any

import pytest

from gateway.upstreams.media_urls import check_media_urls
from gateway.wire.invalid_request import InvalidRequest
from tests.fakes.chats import a_request

_INLINE = "data:image/png;base64,AA"


def _request(part: dict[str, Any]) -> Any:
    text = {"type": "text", "text": "look at file:///etc/passwd"}
    return a_request(messages=[{"role": "user", "content": "x"}, {"role": "user", "content": [text, part]}])


@pytest.mark.parametrize("may_fetch", [True, False])
def test_inline_media_may_go_anywhere(*, may_fetch: bool) -> None:
    """
    A data: URL makes no server fetch anything, and text is only text.
    """
    request = _request({"type": "image_url", "image_url": {"url": _INLINE, "detail": "low"}})

    check_media_urls(request, may_fetch=may_fetch)

    assert _INLINE == request.body["messages"][1]["content"][1]["image_url"]["url"]


@pytest.mark.parametrize("url", ["https://example.org/a.png", "HTTP://example.org/a.png"])
def test_public_addresses_go_only_to_servers_that_may_fetch(url: str) -> None:
    """
    A local server could be sent to what only it can reach.
    """
    request = _request({"type": "image_url", "image_url": {"url": url}})

    check_media_urls(request, may_fetch=True)
    with pytest.raises(InvalidRequest, match="data: URL") as caught:
        check_media_urls(request, may_fetch=False)

    assert "messages[1].content[1].image_url" == caught.value.param


@pytest.mark.parametrize("may_fetch", [True, False])
@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": "file:///etc/passwd"}},
        {"type": "image_url", "image_url": "file:///etc/passwd"},
        {"type": "video_url", "video_url": {"url": "/srv/film.mp4"}},
        {"type": "audio_url", "audio_url": {"url": " file:///x"}},
        {"type": "audio_url", "audio_url": {"url": 5}},
        {"type": "text", "text": "x", "image_url": "ftp://x"},
        {"type": "later", "later_url": []},
    ],
)
def test_the_servers_own_disk_is_never_named(part: dict[str, Any], *, may_fetch: bool) -> None:
    """
    Whatever the part calls itself, and in either form of an address.
    """
    with pytest.raises(InvalidRequest) as caught:
        check_media_urls(_request(part), may_fetch=may_fetch)

    assert "unsupported_image_url" == caught.value.code
