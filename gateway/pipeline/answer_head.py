"""The head of a good answer."""

from gateway.pipeline.exchange_log import ExchangeLog

_STREAM_FIELDS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    # nginx and its like would otherwise collect a stream before passing it on.
    (b"x-accel-buffering", b"no"),
)
# The Node SDK takes a 200 that is not application/json for plain text.
_WHOLE_FIELDS = ((b"content-type", b"application/json"),)


def answer_head(log: ExchangeLog, content_length: int | None = None) -> list[tuple[bytes, bytes]]:
    """
    Return the header fields of an answer; without a length the body is chunked.

    A head that leaves before the answer is found names no upstream if several may still give it.
    """
    fields = [
        (b"x-request-id", log.arrival.request_id.encode()),
        *(_STREAM_FIELDS if log.streamed else _WHOLE_FIELDS),
    ]
    if (id_field := log.dialect.id_field) is not None:
        fields.append((id_field, log.arrival.request_id.encode()))
    if (answering := log.answering) is not None:
        fields.append((b"x-gateway-upstream", answering.encode()))
    if log.reservation is not None:
        fields += log.reservation.fields()
    fields += log.inquiry.fields()
    if content_length is not None:
        fields.append((b"content-length", b"%d" % content_length))
    return fields
