"""Keys of clouds, models and services that are known by how they begin."""

import re

from gateway.redaction.recogniser import Found, Recogniser

# How a key begins, and what follows.
_KEYS: tuple[tuple[str, str], ...] = (
    # Models: DeepSeek, OpenAI, Anthropic and others share `sk-`; ours is `sk-dsg-`.
    ("sk-", r"[A-Za-z0-9_-]{16,200}"),
    ("gsk_", r"[A-Za-z0-9]{32,80}"),
    ("xai-", r"[A-Za-z0-9]{40,120}"),
    ("r8_", r"[A-Za-z0-9]{30,50}"),
    ("pplx-", r"[A-Za-z0-9]{32,64}"),
    ("hf_", r"[A-Za-z0-9]{30,50}"),
    ("nvapi-", r"[A-Za-z0-9_-]{40,80}"),
    # Clouds.
    ("AKIA", r"[A-Z0-9]{16}(?![A-Za-z0-9])"),
    ("ASIA", r"[A-Z0-9]{16}(?![A-Za-z0-9])"),
    ("LTAI", r"[A-Za-z0-9]{12,24}(?![A-Za-z0-9])"),
    ("AKID", r"[A-Za-z0-9]{28,40}(?![A-Za-z0-9])"),
    ("AKLT", r"[A-Za-z0-9]{20,60}(?![A-Za-z0-9])"),
    ("AIza", r"[A-Za-z0-9_-]{35}"),
    ("GOCSPX-", r"[A-Za-z0-9_-]{24,40}"),
    ("ya29.", r"[A-Za-z0-9_-]{20,300}"),
    ("dop_v1_", r"[a-f0-9]{64}"),
    ("dapi", r"[a-f0-9]{32}(?:-[0-9])?"),
    ("AccountKey=", r"[A-Za-z0-9+/]{80,90}={0,2}"),
    # Code and packages.
    ("ghp_", r"[A-Za-z0-9]{30,80}"),
    ("gho_", r"[A-Za-z0-9]{30,80}"),
    ("ghu_", r"[A-Za-z0-9]{30,80}"),
    ("ghs_", r"[A-Za-z0-9]{30,80}"),
    ("ghr_", r"[A-Za-z0-9]{30,80}"),
    ("github_pat_", r"[A-Za-z0-9_]{40,120}"),
    ("glpat-", r"[A-Za-z0-9_-]{20,60}"),
    ("npm_", r"[A-Za-z0-9]{36}"),
    ("pypi-", r"[A-Za-z0-9_-]{50,300}"),
    ("ATATT3", r"[A-Za-z0-9_=-]{60,240}"),
    # Messages, payments and operations.
    ("xoxb-", r"[A-Za-z0-9-]{20,120}"),
    ("xoxp-", r"[A-Za-z0-9-]{20,120}"),
    ("xoxa-", r"[A-Za-z0-9-]{20,120}"),
    ("xapp-", r"[A-Za-z0-9-]{20,120}"),
    ("hooks.slack.com/services/", r"[A-Za-z0-9/]{20,80}"),
    ("sk_live_", r"[A-Za-z0-9]{16,120}"),
    ("sk_test_", r"[A-Za-z0-9]{16,120}"),
    ("rk_live_", r"[A-Za-z0-9]{16,120}"),
    ("whsec_", r"[A-Za-z0-9+/]{24,80}"),
    ("SG.", r"[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{30,60}"),
    ("shpat_", r"[a-fA-F0-9]{32}"),
    ("hvs.", r"[A-Za-z0-9_-]{20,120}"),
    ("glsa_", r"[A-Za-z0-9]{32}_[a-fA-F0-9]{8}"),
    ("NRAK-", r"[A-Z0-9]{27}"),
    ("PMAK-", r"[a-f0-9]{24}-[a-f0-9]{34}"),
    ("lin_api_", r"[A-Za-z0-9]{40}"),
    ("ntn_", r"[A-Za-z0-9]{40,60}"),
)


def _judge(match: re.Match[str]) -> Found | None:
    value = match[0]
    # `sk-learn-something-long` is prose; a key of random characters has digits.
    if value.startswith("sk-") and not any(map(str.isdigit, value[3:])):
        return None
    return Found(match.start(), match.end(), value, 0.97)


RECOGNISER = Recogniser(
    name="api_key",
    entity="SECRET_API_KEY",
    anchors=tuple(begin.lower() for begin, _ in _KEYS),
    pattern=re.compile(
        r"(?<![A-Za-z0-9])(?:" + "|".join(f"{re.escape(begin)}{rest}" for begin, rest in _KEYS) + ")"
    ),
    judge=_judge,
    reach=(0, 330),
    is_proof=True,
)
