"""What the operator hears of a link to Redis."""

from gateway.foundation.redis_link.failures import RedisDown, RedisFailure, RedisLost
from gateway.foundation.redis_link.news import LinkNews
from gateway.vocabulary.notice import Notice


def _told(*tries: RedisFailure | None) -> list[tuple[str, object]]:
    """What is told of these tries: the kind of event, and the reason."""
    notices: list[Notice] = []
    news = LinkNews("state", notices.append)
    for failure in tries:
        news(failure)
    assert all("state" == notice.facts["purpose"] for notice in notices)
    return [(notice.kind, notice.facts.get("reason")) for notice in notices]


def test_a_redis_that_is_away_for_long_is_told_once() -> None:
    """
    However often it is tried meanwhile.
    """
    away = RedisDown("refused")

    assert [("redis.lost", "refused"), ("redis.reached", None)] == _told(
        away, away, RedisDown("refused"), None
    )


def test_another_reason_is_news() -> None:
    """
    Such as a password that is wrong once the server is there.
    """
    assert ["refused", "WRONGPASS"] == [
        reason for _, reason in _told(RedisDown("refused"), RedisDown("WRONGPASS"))
    ]


def test_each_loss_is_told_anew() -> None:
    """
    And each return, the first one too.
    """
    lost = RedisLost("broken off")
    kinds = [kind for kind, _ in _told(None, lost, None, None, lost)]

    assert ["redis.reached", "redis.lost", "redis.reached", "redis.lost"] == kinds


def test_who_waits_for_redis_can_ask_how_it_is() -> None:
    """
    Nothing is bad before the first try.
    """
    news = LinkNews("limits", lambda _: None)
    states = [news.is_bad]
    for failure in (RedisDown("refused"), None):
        news(failure)
        states.append(news.is_bad)

    assert [False, True, False] == states
