"""What the audit is told of an exchange."""

from gateway.foundation.clock import FakeClock
from gateway.pipeline.admission import admission_of
from gateway.pipeline.exchange_log import ExchangeLog
from tests.fakes.builders import a_caller, a_target, an_arrival
from tests.fakes.small_house import a_book


def test_an_admission_says_who_asks_what_and_where_it_may_go() -> None:
    """
    Under which policy, and as which model.
    """
    terms = a_book().offers["acme"]["default"].terms["deepseek-chat"]
    log = ExchangeLog(an_arrival(request_id="req_9"), FakeClock())
    log.policy_version, log.streamed = "v7", True

    admission = admission_of(
        log, terms, caller=a_caller(), original={"user": "maria"}, targets=[a_target("first")]
    )

    assert ("req_9", "acme", "deepseek-chat", True, "v7", "maria") == (
        admission.arrival.request_id,
        admission.caller.tenant,
        admission.model,
        admission.streamed,
        admission.policy_version,
        admission.subject,
    )
    assert [("first", "external")] == [(one.upstream, one.residency) for one in admission.destinations]
