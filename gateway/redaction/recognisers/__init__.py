"""Every recogniser, by its name: what the detector table holds, and the only place that lists them."""

from gateway.redaction.recogniser import Recogniser
from gateway.redaction.recognisers import (
    api_key,
    cn_mobile,
    cn_resident_id,
    email,
    payment_card,
)

RECOGNISERS: dict[str, Recogniser] = {
    module.RECOGNISER.name: module.RECOGNISER
    for module in (
        api_key,
        cn_mobile,
        cn_resident_id,
        email,
        payment_card,
    )
}
