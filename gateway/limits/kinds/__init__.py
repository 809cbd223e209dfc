"""The kinds of limit: one file for each, and this list of them."""

from gateway.limits.kinds.ceilings import ContextCeiling, OutputCeiling
from gateway.limits.kinds.concurrency import ConcurrencyLimit
from gateway.limits.kinds.requests import RequestLimit
from gateway.limits.kinds.spend import SpendLimit
from gateway.limits.kinds.tokens import TokenLimit

AnyLimit = RequestLimit | TokenLimit | ConcurrencyLimit | SpendLimit | OutputCeiling | ContextCeiling
