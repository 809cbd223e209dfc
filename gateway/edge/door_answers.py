"""What the door itself answers, where no endpoint can."""

from gateway.edge.doorway import new_request_id
from gateway.edge.refusal_reply import refusal_head
from gateway.edge.refusals import InternalError
from gateway.edge.response_head import prepare_head
from gateway.vocabulary.refusal import Refusal
from gateway.wire.chat_dialect import CHAT

INTERNAL_ERROR = InternalError("The gateway failed. Try again; the request id helps its operator.")


def render_answer(refusal: Refusal, date_line: bytes) -> bytes:
    """Return a whole HTTP answer in OpenAI's error shape, under a new request id, that closes."""
    request_id = new_request_id()
    body = CHAT.refusal_body(refusal, request_id)
    head = prepare_head(refusal.status, refusal_head(refusal, request_id, body))
    return b"%bconnection: close\r\n%b\r\n%b" % (head.lines, date_line, body)
