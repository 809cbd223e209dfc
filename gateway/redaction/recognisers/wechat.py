"""WeChat names, by the word before them."""

import re

from gateway.redaction.labelled import pattern_for
from gateway.redaction.recogniser import Found, Recogniser

# 微信联系 baobao_520: a few words may stand between.
_WORDS = "(?:[\u4e00-\u9fff]{1,4}(?=[A-Za-z]))?"
_LABELS = "微信号, 微信, 薇信, 威信号, 加v, v信, wechat id, wechat, weixin, wxid, wx, vx"
_SAYS_IT_IS = re.compile(r"[:：=是为]|id|号", re.IGNORECASE)


def _judge(match: re.Match[str]) -> Found | None:
    value = match["value"]
    link = match.string[match.start() : match.start("value")]
    # "wechat payment" is prose: a name has a digit or a sign, or is announced.
    if value.isalpha() and not _SAYS_IT_IS.search(link):
        return None
    return Found(*match.span("value"), value.lower(), 0.8)


RECOGNISER = Recogniser(
    name="wechat",
    entity="WECHAT_ID",
    anchors=("微信", "薇信", "威信号", "加v", "v信", "wechat", "weixin", "wx", "vx"),
    pattern=pattern_for(
        _LABELS, r"(?![0-9]+(?![A-Za-z_-]))[A-Za-z][A-Za-z0-9_-]{5,19}(?![A-Za-z0-9_@.-])", skipped=_WORDS
    ),
    judge=_judge,
    reach=(1, 60),
)
