"""Why an answer that several callers wait for does not come."""

from gateway.vocabulary.refusal import Blame, Refusal


class SharedAnswerLost(Refusal):
    """Whoever was fetching an answer for several callers is gone, and nobody else can go on with it."""

    status, code, blame = 503, "shared_answer_lost", Blame.GATEWAY


class FellBehind(Refusal):
    """A caller read a shared answer so slowly that the others would have had to wait."""

    status, code, blame = 408, "fell_behind", Blame.CALLER
