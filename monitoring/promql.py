"""What an expression in PromQL reads, and which labels its result has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import promql_parser as pp

Labels: TypeAlias = frozenset[str]

# What Prometheus itself adds to every series that it scrapes.
SCRAPED: Labels = frozenset({"job", "instance"})


@dataclass(frozen=True, slots=True)
class Series:
    """The labels that a metric has, and the bounds of its buckets if it is a histogram's."""

    labels: Labels
    bounds: frozenset[str] = frozenset()


Known: TypeAlias = Mapping[str, Series]


@dataclass(frozen=True, slots=True)
class Reading:
    """What an expression reads, which labels its result has, and what is wrong with it."""

    metrics: frozenset[str] = frozenset()
    labels: Labels = frozenset()
    faults: tuple[str, ...] = ()


def read_expression(text: str, known: Known) -> Reading:
    """Parse an expression and compare every metric and label in it with those that are known."""
    try:
        expression = pp.parse(text)
    except ValueError as error:
        return Reading(faults=(f"does not parse: {error}",))
    reader = _Reader(known)
    labels = reader.labels(expression)
    return Reading(frozenset(reader.metrics), labels, tuple(reader.faults))


@dataclass(slots=True)
class _Reader:
    """Walk an expression from the outside in; the labels come back from the inside out."""

    known: Known
    metrics: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def labels(self, node: Any) -> Labels:
        """Return the labels of what this node comes to."""
        match node:
            case pp.VectorSelector():
                return self._of_selector(node)
            case pp.MatrixSelector():
                return self._of_selector(node.vector_selector)
            case pp.AggregateExpr():
                return self._of_aggregate(node)
            case pp.BinaryExpr():
                return self._of_pair(node)
            case pp.Call():
                return self._of_call(node)
        is_wrapped = isinstance(node, pp.SubqueryExpr | pp.ParenExpr | pp.UnaryExpr)
        return self.labels(node.expr) if is_wrapped else frozenset()

    def _of_selector(self, selector: pp.VectorSelector) -> Labels:
        name = selector.name or ""
        series = self.known.get(name)
        if series is None:
            self.faults.append(f"no metric {name!r}")
            return frozenset()
        self.metrics.add(name)
        for matcher in selector.matchers.matchers:
            self._require([matcher.name], series.labels, name)
            if matcher.name == "le" and matcher.op == pp.MatchOp.Equal and matcher.value not in series.bounds:
                self.faults.append(f"{name} has no bucket {matcher.value!r}")
        return series.labels

    def _of_aggregate(self, node: pp.AggregateExpr) -> Labels:
        inner = self.labels(node.expr)
        if str(node.op) in {"topk", "bottomk"}:
            return inner
        if node.modifier is None:
            return frozenset()
        named = frozenset(node.modifier.labels)
        self._require(named, inner, str(node.op))
        is_by = node.modifier.type == pp.AggModifierType.By
        return named if is_by else inner - named

    def _of_pair(self, node: pp.BinaryExpr) -> Labels:
        left, right = self.labels(node.lhs), self.labels(node.rhs)
        modifier = node.modifier
        if modifier is None or modifier.matching is None:
            return self._matched_by_all(node, left, right)
        matched = frozenset(modifier.matching.labels)
        self._require(matched, left, "the left side")
        self._require(matched, right, "the right side")
        if str(node.op) in {"and", "or", "unless"} or modifier.card == pp.VectorMatchCardinality.ManyToOne:
            return left | frozenset(modifier.group_labels or ())
        if modifier.card == pp.VectorMatchCardinality.OneToMany:
            return right | frozenset(modifier.group_labels or ())
        return matched if modifier.matching.type == pp.LabelModifierType.Include else left - matched

    def _matched_by_all(self, node: pp.BinaryExpr, left: Labels, right: Labels) -> Labels:
        if _is_scalar(node.lhs) or _is_scalar(node.rhs) or str(node.op) == "or":
            return left | right
        if left != right:
            self.faults.append(f"the sides of {node.op} have different labels and never match")
        return left

    def _of_call(self, node: pp.Call) -> Labels:
        given = frozenset[str]().union(*(self.labels(argument) for argument in node.args))
        match node.func.name:
            case "histogram_quantile":
                self._require(["le"], given, "histogram_quantile")
                return given - {"le"}
            case "absent" | "absent_over_time" | "scalar" | "vector" | "time":
                return frozenset()
        return given

    def _require(self, names: Any, there: Labels, where: str) -> None:
        self.faults += [f"{where} has no label {name!r}" for name in sorted(set(names) - there)]


def _is_scalar(node: Any) -> bool:
    match node:
        case pp.NumberLiteral():
            return True
        case pp.ParenExpr() | pp.UnaryExpr():
            return _is_scalar(node.expr)
        case pp.BinaryExpr():
            return _is_scalar(node.lhs) and _is_scalar(node.rhs)
        case pp.Call():
            return node.func.name in {"time", "scalar"}
    return False
