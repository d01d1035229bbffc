"""Simulated people who really open links, and sometimes buy.

A click of the simulation becomes one real request, at most once, to hosts that were allowed at
the start and to no others. Where it leads to the demo shop, some buy; the purchase is reported
to the address given at the start, as a shop would do it.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qs, urljoin, urlsplit

import httpx2

from clarion.networks.base import NetworkError
from clarion.networks.http import ask, ask_raw, client
from clarion.networks.playground import journey
from clarion.networks.playground.chance import chance, pick
from clarion.networks.playground.clock import DAY, now
from clarion.networks.playground.place import Place
from clarion.networks.playground.reading import of_post
from clarion.text.counting import links

log = logging.getLogger(__name__)

AGENT = "PlaygroundVisitor/1.0 (Mozilla compatible)"
TICK = 1.0  # seconds between two looks at who wants to click
HOPS = 5
AT_ONCE = 500  # posts looked at in one tick, newest first
PRODUCTS: Mapping[str, tuple[str, int]] = {  # key -> name, cents
    "mug": ("A mug with a bird on it", 1250),
    "bread": ("A bread subscription, four weeks", 2400),
    "poster": ("A poster of the sea", 1800),
    "class": ("A ticket for the pottery class", 4500),
    "seeds": ("Wildflower seeds", 490),
}


@dataclass(frozen=True)
class Click:
    post: int
    nth: int
    url: str
    likes_it: float  # quality of the post, 0 to 1


@dataclass
class Visitors:
    place: Place
    seen: Counter[str] = field(default_factory=Counter)  # what became of the clicks
    _http: httpx2.AsyncClient | None = None

    async def run(self) -> None:
        """Until cancelled. Costs nothing while no host is allowed."""
        if not self.place.click_hosts:
            return
        async with client(allow=self._allowed(), timeout=httpx2.Timeout(5)) as self._http:
            self._http.headers["User-Agent"] = AGENT
            while True:
                await asyncio.gather(asyncio.sleep(TICK), self._tick())

    async def _tick(self) -> None:
        """As many clicks as the rate allows, taken in turn from the posts that have some."""
        most = int(self.place.settings.clicks_per_second * TICK)
        chosen = [click for click, _ in zip(self._due(), range(most), strict=False)]
        for click in chosen:
            # Written down first: a click that gets lost is better than one that counts twice.
            await self.place.store.write(
                "insert into visit values (?, ?) on conflict do update set done = ?",
                click.post,
                click.nth,
                click.nth,
            )
        await asyncio.gather(*(self._visit(click) for click in chosen))

    def _due(self) -> Iterator[Click]:
        """One click of each post that has any, then the second ones, and so on."""
        waiting = list(self._waiting())
        nth = 0
        while waiting := [(row, done, due) for row, done, due in waiting if done + nth < due]:
            nth += 1
            for click, done, _ in waiting:
                yield Click(click.post, done + nth, click.url, click.likes_it)

    def _waiting(self) -> Iterator[tuple[Click, int, int]]:
        """Posts with a link we may open: how many clicks are done, and how many are due."""
        sql = (
            "select post.*, handle, coalesce(done, 0) as done from post "
            "join account on account.id = post.account left join visit on visit.post = post.id "
            "where deleted_at is null and direct = '' and ready_at <= ? and ready_at > ? "
            "and (link <> '' or instr(text, '://')) order by post.id desc limit ?"
        )
        at = now()
        month = self.place.clock.real(self.place.clock.sim(at) - 31 * DAY)
        for row in self.place.store.rows(sql, at, month, AT_ONCE):
            url = row["link"] or next(iter(links(row["text"])), "")
            if urlsplit(url).netloc not in self.place.click_hosts:
                continue
            good = journey.quality(self.place.seed, journey.facts(row, row["handle"]))
            due = of_post(self.place, row, row["handle"])["clicks"]
            yield Click(row["id"], 0, url, good), row["done"], due

    # --- one visit ---

    async def _visit(self, click: Click) -> None:
        try:
            landing = await self._follow(click.url)
        except NetworkError:
            self.seen["dropped"] += 1
            return
        self.seen["arrived"] += 1
        if landing is None or not landing.path.startswith("/shop"):
            return
        self.seen["shop"] += 1
        clk = parse_qs(landing.query).get("clk", [""])[0]
        draw = (self.place.seed, "buys", click.post, click.nth)
        if chance(*draw) < 0.06 + 0.14 * click.likes_it:
            sale = f"o{click.post}-{click.nth}-{now():x}"
            await self.buy(sale, clk, pick(list(PRODUCTS), *draw, "what"))

    async def _follow(self, url: str) -> SplitResult | None:
        """Where the link ends on this server; None where it ends elsewhere."""
        for _ in range(HOPS):
            target = urlsplit(url)
            if target.netloc in self._own():
                return target
            if target.netloc not in self.place.click_hosts or self._http is None:
                return None
            answer = await ask_raw(self._http, "GET", url, writes=False)
            if answer.status_code >= 400:
                self.seen["refused"] += 1
                return None
            if not answer.is_redirect:
                return None
            url = urljoin(url, answer.headers.get("Location", ""))
        return None

    # --- buying ---

    async def buy(self, sale: str, clk: str, product: str) -> bool:
        """Note the sale and report it. True when the report was accepted."""
        cents = PRODUCTS[product][1]
        await self.place.store.insert(
            "sale", id=sale, clk=clk[:200], cents=cents, at=now(), reported=0
        )
        if not clk or not self.place.collect_url:
            return False
        try:
            await self._report(sale, clk, cents)
        except NetworkError:
            self.seen["unreported"] += 1
            return False
        await self.place.store.write("update sale set reported = 1 where id = ?", sale)
        return True

    async def _report(self, sale: str, clk: str, cents: int) -> None:
        said = {
            "click": clk,
            "kind": "purchase",
            "value": f"{cents / 100:.2f}",
            "currency": "EUR",
            "ref": sale,
        }
        url = self.place.collect_url
        if self._http is not None:
            await ask(self._http, "POST", url, writes=True, json=said)
            return
        async with client(allow=self._allowed()) as http:
            await ask(http, "POST", url, writes=True, json=said)

    def _allowed(self) -> set[str]:
        return {*self.place.click_hosts, urlsplit(self.place.collect_url).netloc}

    def _own(self) -> set[str]:
        port = self.place.own_host.rpartition(":")[2]
        return {self.place.own_host, f"127.0.0.1:{port}", f"localhost:{port}"}
