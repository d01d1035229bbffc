"""One Playground: its file, its clock, its switchboard, and who is allowed in."""

import asyncio
import contextlib
import re
import secrets
import sqlite3
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from clarion.networks.limits import allowed
from clarion.networks.playground.clock import HOUR, Clock, Tick, now
from clarion.networks.playground.store import Store
from clarion.networks.playground.switchboard import Fault, Switchboard
from clarion.networks.playground.web import Request, Sorry
from clarion.networks.practice import PRACTISED

HANDLE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}")

MOST = {
    "answer_after": 600,
    "key_seconds": 31_536_000,
    "grant_seconds": 31_536_000,
    "processing_seconds": 86_400,
    "talk": 20,
    "clicks_per_second": 500,
}


def _per_hour() -> int:
    return allowed("playground").per_hour or 0


@dataclass(frozen=True)
class Settings:
    """What can be turned while it runs. Seconds, unless the name says otherwise."""

    answer_after: float = 0.0  # latency of every API answer
    processing_seconds: float = 3.0  # how long a film is chewed on
    per_hour: int = field(default_factory=_per_hour)  # posts of one account; 0 is no limit
    talk: float = 1.0  # how much strangers talk; 0 is silence
    clicks_per_second: float = 5.0  # real visits to links, at most
    key_seconds: float = 0.0  # after so long a key is refreshed; 0 is never
    grant_seconds: float = 0.0  # after so long a person has to connect again; 0 is never
    subjects: str = ""  # words strangers like to talk about, separated by commas


@dataclass(frozen=True)
class Who:
    id: int
    handle: str
    name: str
    created_at: int
    practises: str = ""  # the network whose places and limits it carries


@dataclass
class Place:
    store: Store
    seed: int
    speed: float
    click_hosts: Collection[str] = ()  # "host:port" that simulated people may really visit
    collect_url: str = ""
    own_host: str = ""  # where this server answers, "host:port"
    settings: Settings = field(default_factory=Settings)
    clock: Clock = field(default_factory=Clock)
    switchboard: Switchboard = field(default_factory=lambda: Switchboard(0))
    answered: int = 0
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    _tokens: dict[str, Who] = field(default_factory=dict, repr=False)
    _recent: dict[int, deque[int]] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=dict, repr=False)  # token -> when it stops
    seen: set[str] = field(default_factory=set, repr=False)  # tokens that were used
    renewed: int = 0  # refresh tokens taken
    reused: int = 0  # and taken a second time, after the first answer had arrived

    @classmethod
    def open(cls, path: Path, *, seed: int, speed: float, **rest: Any) -> "Place":
        place = cls(Store(path), seed, speed, **rest)
        place.load()
        return place

    def load(self) -> None:
        """Take up everything where the file left it."""
        rows = self.store.rows
        self.clock.ticks = [Tick(*row) for row in rows("select * from tick order by rowid")]
        self.switchboard = Switchboard(
            self.seed, (Fault(*r) for r in rows("select * from fault"))
        )
        self.settings = _settings({r["key"]: r["value"] for r in rows("select * from setting")})
        self._recent.clear()
        self.ends = {r["token"]: r["expires_at"] for r in rows("select * from renewal")}
        self._tokens = {
            row["token"]: _who(row)
            for row in rows("select * from token join account on account.id = token.account")
        }

    async def start(self) -> None:
        """The clock runs on from where it stood, at the speed asked for now."""
        at = now()
        if not self.clock.ticks:
            tick = Tick(at, at, self.speed)
            self.clock.ticks.append(tick)
        elif self.clock.ticks[-1].speed != self.speed:
            tick = self.clock.forward(at, 0, self.speed)
        else:
            return
        await self.store.insert("tick", **asdict(tick))

    async def forward(self, by: int, speed: float | None) -> None:
        tick = self.clock.forward(now(), by, speed)
        await self.store.insert("tick", **asdict(tick))

    async def reset(self) -> None:
        """An empty world; seed and speed stay as they were at the start."""
        await self.store.clear()
        self.answered = self.renewed = self.reused = 0
        self.load()
        await self.start()

    async def turn(self, said: Mapping[str, Any]) -> None:
        """Change settings. Raises Sorry about a value that makes no sense."""
        known = {f.name for f in fields(Settings)}
        self.settings = _settings({k: v for k, v in said.items() if k in known}, self.settings)
        for key, value in asdict(self.settings).items():
            await self.store.write(
                "insert or replace into setting values (?, ?)", key, str(value)
            )

    async def set_fault(self, fault: Fault) -> None:
        self.switchboard.set(fault)
        await self.store.write(
            "insert or replace into fault values (?, ?, ?, ?, ?, ?)", *asdict(fault).values()
        )

    async def clear_faults(self) -> None:
        self.switchboard = Switchboard(self.seed)
        await self.store.write("delete from fault")

    # --- accounts ---

    async def sign_up(self, handle: str, name: str, practises: str = "") -> tuple[Who, str]:
        """The account with this handle, made if need be, and a fresh token for it."""
        if practises and practises not in PRACTISED:
            raise Sorry(422, "That network cannot be practised here.")
        handle = handle.strip().lstrip("@").lower()
        if not HANDLE.fullmatch(handle):
            raise Sorry(
                422,
                "A handle has up to 40 letters a-z, digits, dots, dashes and underscores, "
                "and starts with a letter or digit.",
            )
        name = name.strip()[:80] or handle.replace("_", " ").replace("-", " ").title()
        at = now()

        def make(db: sqlite3.Connection) -> sqlite3.Row:
            new = (
                "insert or ignore into account (handle, name, created_at, practises) "
                "values (?, ?, ?, ?)"
            )
            db.execute(new, (handle, name, at, practises))
            row: sqlite3.Row = db.execute(
                "select * from account where handle = ?", (handle,)
            ).fetchone()
            return row

        who = _who(await self.store.do(make))
        if practises and who.practises != practises:
            does = PRACTISED[who.practises].name if who.practises else "the Playground itself"
            raise Sorry(422, f"@{handle} is {does} already. Choose another handle.")
        return who, await self.new_token(who)

    async def new_token(self, who: Who) -> str:
        token = secrets.token_urlsafe(24)
        await self.store.write("insert into token values (?, ?)", token, who.id)
        self._tokens[token] = who
        return token

    async def revoke(self, handle: str) -> int:
        """Take every key of this account back, as its owner might. How many there were."""
        lost = [token for token, who in self._tokens.items() if who.handle == handle]
        for token in lost:
            del self._tokens[token]
            await self.store.write("delete from token where token = ?", token)
        return len(lost)

    def who(self, request: Request) -> Who:
        token = request.header("authorization").removeprefix("Bearer ")
        if (who := self._tokens.get(token)) and self.ends.get(token, 1 << 62) > now():
            self.seen.add(token)
            return who
        raise Sorry(401, "This key is not valid. Connect the account again.")

    def card(self, who: Who) -> dict[str, Any]:
        """Who that is, as its owner's program is told."""
        url = f"http://{self.own_host}/@{who.handle}"
        said = {key: getattr(who, key) for key in ("handle", "name", "practises")}
        return {"id": f"a{who.id}", "url": url, **said}

    def by_handle(self, handle: str) -> Who:
        handle = handle.strip().lstrip("@").lower()
        row = self.store.row("select * from account where handle = ?", handle)
        if row is None:
            raise Sorry(404, f"There is no account @{handle[:40]}.")
        return _who(row)

    def by_id(self, account: int) -> Who:
        row = self.store.row("select * from account where id = ?", account)
        if row is None:
            raise Sorry(404, "There is no such account.")
        return _who(row)

    def take_turn(self, who: Who) -> None:
        """One more post in this hour. Raises Sorry (429) past the limit."""
        most, at = self.settings.per_hour, now()
        recent = self._recent.get(who.id)
        if recent is None:
            sql = "select created_at from post where account = ? and created_at > ? order by id"
            found = self.store.rows(sql, who.id, at - HOUR)
            recent = self._recent[who.id] = deque(row[0] for row in found)
        while recent and recent[0] <= at - HOUR:
            recent.popleft()
        if most and len(recent) >= most:
            wait = (recent[0] + HOUR - at) // 1_000_000 + 1
            raise Sorry(
                429,
                f"At most {most} posts an hour. Go on in {wait} seconds.",
                (("Retry-After", str(wait)),),
            )
        recent.append(at)

    async def pause(self, seconds: float) -> None:
        """Waits, but not longer than this server lives."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.closing.wait()

    def sim_since(self, at: int) -> int:
        """How much simulated time has gone by since the real moment `at`."""
        return self.clock.sim(now()) - self.clock.sim(at)


def _who(row: sqlite3.Row) -> Who:
    keys = ("id", "handle", "name", "created_at", "practises")
    return Who(*(row[key] for key in keys))


def _settings(said: Mapping[str, Any], base: Settings | None = None) -> Settings:
    base = base or Settings()
    changed: dict[str, Any] = {}
    for key, value in said.items():
        kind = type(getattr(base, key))
        try:
            changed[key] = kind(value)
        except (ValueError, TypeError, OverflowError) as error:
            raise Sorry(422, f"{key} must be a number.") from error
        most = MOST.get(key, 1_000_000)
        if kind is not str and not 0 <= changed[key] <= most:
            raise Sorry(422, f"{key} must lie between 0 and {most:,}.")
    return replace(base, **changed)
