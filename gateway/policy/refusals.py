"""What policy turns away."""

from typing import Self

from gateway.vocabulary.refusal import Blame, Refusal

_SHOWN_LENGTH = 64


class UnknownModel(Refusal):
    """No such model, or none that this caller may use: the two are not told apart."""

    status, code, kind, blame = 404, "model_not_found", "invalid_request_error", Blame.CALLER
    should_retry = False

    @classmethod
    def named(cls, name: str) -> Self:
        """Refuse a name that a stranger typed: shown bounded and printable."""
        shown = "".join(char if char.isprintable() else "?" for char in name[:_SHOWN_LENGTH])
        dots = "..." if len(name) > _SHOWN_LENGTH else ""
        return cls(
            f"The model '{shown}{dots}' does not exist or your key may not use it. "
            "GET /v1/models lists the models that you may use.",
            param="model",
        )


class ResidencyUnavailable(Refusal):
    """The model is there, but nowhere that this request may go."""

    status, code, kind, blame = 403, "residency_unavailable", "permission_error", Blame.CALLER
    should_retry = False

    @classmethod
    def for_model(cls, model: str) -> Self:
        """Refuse for a known model."""
        return cls(
            f"The model '{model}' is served by external servers only, and this request has to stay on the "
            "premises. Use another model, or ask the operator of this gateway for a server of its own.",
            param="model",
        )


class UpstreamUnconfigured(Refusal):
    """The model is named by policy, but no server for it is set up."""

    status, code, kind, blame = 503, "upstream_unconfigured", "api_error", Blame.GATEWAY
    should_retry = False

    @classmethod
    def for_model(cls, model: str) -> Self:
        """Refuse for a known model."""
        return cls(
            f"No server for the model '{model}' is set up. The operator of this gateway has to set its "
            "credential or address (policies/upstreams.yaml) and reload.",
            param="model",
        )
