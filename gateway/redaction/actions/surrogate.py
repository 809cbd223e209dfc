"""
Put a value of the same form in the place of a value: a phone number for a phone number.

For tasks that need the form, such as writing a validation. Surrogates are valid
values that belong to nobody (`forms`), the same for the same value of a tenant,
and never one that the request itself holds. They come back like placeholders
do, but a surrogate that was lost on the way looks like a real value to its
reader. Where a range is used up, a placeholder takes the place.
"""

from collections.abc import Sequence

from gateway.redaction.action import Action, Mint
from gateway.redaction.actions.forms import form_of, forms_of
from gateway.redaction.finding import Finding
from gateway.redaction.placeholders import shape_of
from gateway.redaction.token_shapes import AnyShape

# After so many that were taken.
PATIENCE = 200


def _shapes(entity: str) -> Sequence[AnyShape]:
    forms = forms_of(entity)
    return [*(form.shape for form in forms), shape_of(entity)] if forms else ()


def _same_form(_original: str, finding: Finding, mint: Mint, attempt: int) -> str:
    form = form_of(finding.entity, is_chinese=finding.is_chinese)
    if form is None or attempt > PATIENCE:
        return mint.word(finding, attempt)
    return form.surrogate(mint.digest(finding, attempt))


SURROGATE = Action(
    "surrogate", strength=2, rewrite=_same_form, restores=True, shapes=_shapes, looks_like_a_value=True
)
