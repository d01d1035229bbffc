"""What goes wrong on purpose. Every fault is drawn from the seed: a bad day can be repeated."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from clarion.networks.playground.chance import chance
from clarion.networks.playground.web import Sorry

KINDS: Mapping[str, str] = {
    "revoked": "The key is refused (401), as if the person had taken the permission back.",
    "slow_down": "Refused with 429 and Retry-After of the seconds given.",
    "fail_before": "Fails (503) before anything is accepted.",
    "lose_answer": "Accepted, but the answer never comes: silence for the seconds given, "
    "then the line breaks.",
    "fail_after": "Accepted, but the answer says failure (502).",
    "slow": "Accepted at once, answered only after the seconds given.",
    "processing": "Every post is chewed on first, as films are.",
    "stuck": "A film in a container is never done.",
    "broken": "A film in a container turns out to be unreadable.",
    "expire": "A container is gone before it is published.",
    "twice": "Each message in the inbox is delivered twice.",
}
CALLS: Mapping[str, str] = {
    "writes": "posting and promoting",
    "reads": "everything that only looks",
    "keys": "fetching a younger key",
    "all": "every request",
}
# Only the first of these that is drawn happens to a request.
LINE = ("revoked", "slow_down", "fail_before", "lose_answer", "fail_after", "slow")


@dataclass(frozen=True)
class Fault:
    kind: str
    account: str = ""  # handle; empty means every account
    calls: str = "writes"
    probability: float = 0.0
    left: int = 0  # the next so many requests, before probability is asked
    seconds: float = 0.0

    @property
    def on(self) -> bool:
        return self.left > 0 or self.probability > 0


class Switchboard:
    def __init__(self, seed: int, faults: Iterable[Fault] = ()) -> None:
        self._seed = seed
        self._faults = {(f.kind, f.account): f for f in faults}
        self._drawn: Counter[tuple[str, str]] = Counter()
        self.fired: Counter[str] = Counter()

    def faults(self) -> list[Fault]:
        return sorted(
            self._faults.values(), key=lambda f: (list(KINDS).index(f.kind), f.account)
        )

    def set(self, fault: Fault) -> None:
        if fault.on:
            self._faults[fault.kind, fault.account] = fault
        else:
            self._faults.pop((fault.kind, fault.account), None)

    def draw(self, kinds: Iterable[str], account: str, calls: str) -> Fault | None:
        """The first of these faults that happens to this request of `account`, if any."""
        if not self._faults:
            return None
        for kind in kinds:
            for whose in (account, ""):
                fault = self._faults.get((kind, whose))
                if fault and fault.calls in (calls, "all") and self._happens(fault, account):
                    self.fired[kind] += 1
                    return fault
        return None

    def _happens(self, fault: Fault, account: str) -> bool:
        if fault.left > 0:
            self.set(replace(fault, left=fault.left - 1))
            return True
        nth = self._drawn[fault.kind, account]
        self._drawn[fault.kind, account] += 1
        return chance(self._seed, "fault", fault.kind, account, nth) < fault.probability


def read_fault(said: Mapping[str, object]) -> Fault:
    """The fault that a form or a JSON object describes. Raises Sorry with what is wrong."""
    fault = Fault(
        kind=str(said.get("kind", "")),
        account=str(said.get("account", "")).strip().lstrip("@").lower(),
        calls=str(said.get("calls") or "writes"),
        probability=_number(said, "probability", 1),
        left=int(_number(said, "next", 1_000_000)),
        seconds=_number(said, "seconds", 3600),
    )
    if fault.kind not in KINDS:
        raise Sorry(422, f"There is no such fault. Choose one of {', '.join(KINDS)}.")
    if fault.calls not in CALLS:
        raise Sorry(422, f"Faults can hit {', '.join(CALLS)}.")
    return fault


def _number(said: Mapping[str, object], name: str, most: float) -> float:
    try:
        value = float(str(said.get(name) or 0))
    except ValueError as error:
        raise Sorry(422, f"The {name} must be a number.") from error
    if not 0 <= value <= most:  # also false for "not a number"
        raise Sorry(422, f"The {name} must lie between 0 and {most:g}.")
    return value
