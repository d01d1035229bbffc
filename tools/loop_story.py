"""The loop, told stage by stage in the order of `clarion.loop.STAGES`, and back again."""

from collections.abc import Callable
from typing import TypeVar

from tools.loop_outside import Outside, Playground, Seen, ask, follow, mark_of
from tools.loop_people import ALT, FINDING, Json, refused, settle_in
from tools.loop_world import Clarion, Failed, until

from clarion.loop import STAGES

T = TypeVar("T")
WORDS = "Rye bread from seven o'clock, still warm. Who is coming?"
QUESTION, ANSWER = "Do you open on Sundays?", "On Sundays from eight."
TALK = "Nothing beats a good sourdough on the way to work"


class Story:
    """One bakery, one post, one turn of the wheel."""

    post: Json
    delivery: Json
    tracked: str

    def __init__(self, ours: Clarion, outside: Outside) -> None:
        self.ours, self.outside = ours, outside
        self.bakery = settle_in(ours.url, outside)
        self.ada = self.bakery.ada
        self.shop = f"{ours.playground_url or 'https://bakery.example'}/shop"

    def tell(self) -> None:
        for stage in STAGES:
            print(f"\n{stage.key.upper()}   {stage.question}")
            getattr(self, stage.key)()
        print("\nBACK TO STRATEGY   What do we know now that we did not know before?")
        self.lesson()

    # --- one method for each stage ---

    def research(self) -> None:
        done(f"Ada wrote down what she found out: {FINDING}")

    def strategy(self) -> None:
        done("goal “Known for rye”, audience “Early birds”, campaign “Rye week”, budget 50 EUR")
        require(FINDING in self.bakery.brief(), "The finding stands in the campaign's brief")
        done("whoever writes for it reads the finding in its brief")
        done(f"channel @{self.bakery.channel['handle']} on {self.outside.name}")

    def content(self) -> None:
        self.post = self.bakery.write(WORDS, self.shop)
        done("Ada wrote a post with a picture, its description and a link, and asks for a yes")
        why = refused(lambda: self.bakery.approve_alone(self.post))
        done(f"Ada may not approve it herself: {why}")

    def publishing(self) -> None:
        lost = self.outside.lose_an_answer()
        delivery = self.bakery.approve_and_plan(self.post)
        done(f"Bo approved it and put it on the calendar for {delivery['planned_for'][11:19]}")
        if lost:
            done(f"{self.outside.name} will take the post, and the answer will get lost")
        path = f"deliveries/{delivery['id']}"
        self.delivery = until(lambda: self.live(path), "the worker has published the post")
        if lost:
            require(self.outside.lost_answers() == 1, "The answer to our post got lost")
            done("no answer came: Clarion looked before sending again, and found it there")
        self.read_back()

    def read_back(self) -> None:
        told = self.outside.posts()
        mine = {i: post for i, post in told.items() if WORDS in post.text}
        must(list(mine) == [self.delivery["remote_id"]], "it stands there exactly once")
        post = mine[self.delivery["remote_id"]]
        must(list(post.pictures) == [ALT], "with its picture, described in words")
        self.tracked = tracked(post)
        must(self.tracked.startswith(f"{self.ours.url}/l/"), f"and its own link {self.tracked}")

    def community(self) -> None:
        self.outside.answer(self.delivery["remote_id"], QUESTION)
        done(f"a stranger answers: {QUESTION}")
        question = self.wait(lambda: self.bakery.conversation(QUESTION), "it is in the inbox")
        require(question["delivery"] == self.delivery["id"], "It is about our post")
        reply = self.ada.do(f"conversations/{question['id']}/answer", text=ANSWER)
        done(f"Ada answers in the inbox: {ANSWER}")
        until(lambda: self.live(f"replies/{reply['id']}"), "the worker has sent our answer")
        said = [post for post in self.outside.posts().values() if post.text == ANSWER]
        must(len(said) == 1, "our answer stands there exactly once")

    def listening(self) -> None:
        self.outside.talk(TALK)
        done(f"somebody says to nobody in particular: {TALK}")
        self.ada.do("watches", channel=self.bakery.channel["id"], words="sourdough")
        heard = until(self.heard, "the watch for “sourdough” has heard it", seconds=90)
        require(len(heard) == 1, "It was heard once")
        done(f"the watch for “sourdough” heard it, once, from {heard[0]['author']}")

    def heard(self) -> list[Json]:
        return [mention for mention in self.ada.rows("mentions") if mention["text"] == TALK]

    def measurement(self) -> None:
        landing = follow(self.tracked)
        done(f"a visitor follows the tracked link and lands on {landing.partition('?')[0]}")
        self.buy(landing)
        self.outside.like(self.delivery["remote_id"])
        self.wait(self.is_counted, "likes, clicks and sales are counted")
        told, ours = self.told(), self.bakery.results()
        must(ours["likes"]["value"] == told["likes"], f"likes there: {told['likes']}, as here")
        clicks, sales, money = (ours[m]["value"] for m in ("clicks", "conversions", "revenue"))
        done(f"clicks: {clicks}, purchases: {sales}, worth {money:.2f} EUR")

    def buy(self, landing: str) -> None:
        if isinstance(self.outside, Playground):
            self.outside.buy(landing)
            done("they buy in the shop, which reports the purchase")
            return
        said = {"click": mark_of(landing), "ref": "order-1", "value": "24", "currency": "EUR"}
        ask("POST", f"{self.ours.url}/collect", json=said)
        done("there is no shop here, so this program reports a purchase as a shop would")

    def is_counted(self) -> bool:
        ours = self.bakery.results()
        same = ours["likes"]["value"] == self.told()["likes"]
        return same and all(ours[m]["value"] for m in ("likes", "clicks", "conversions"))

    def told(self) -> dict[str, int]:
        return dict(self.outside.counts(self.delivery["remote_id"]))

    def ads(self) -> None:
        if not self.outside.sells:
            done(refused(lambda: self.promote("20")))
            return
        done(f"51 EUR? {refused(lambda: self.promote('51'))}")
        orders = [self.promote("20", key="once") for _ in range(2)]
        require(orders[0] == orders[1], "The same key is the same order")
        done("20 EUR, asked for twice with the same Idempotency-Key")
        until(lambda: self.live(f"promotions/{orders[0]['id']}"), "the promotion runs")
        runs = self.outside.promotions()
        budgets = [float(run["budget"]) for run in runs]
        must(budgets == [20], "one promotion, which ends by itself at 20 EUR")
        self.outside.like(self.delivery["remote_id"])
        self.wait(lambda: float(self.bakery.purse()["spent"]), "the first bill is in")
        purse = self.bakery.purse()
        done("spent {spent}, promised {promised}, left {left} of {budget} EUR".format(**purse))
        done(f"31 EUR more? {refused(lambda: self.promote('31'))}")

    def promote(self, budget: str, key: str = "refused") -> Json:
        return self.ada.do("promotions", key=key, delivery=self.delivery["id"], budget=budget)

    def lesson(self) -> None:
        brief = self.bakery.brief()
        lines = [line for line in brief.splitlines() if "Best so far by likes" in line]
        require(len(lines) == 1, f"The lesson stands in the next brief:\n{brief}")
        done(f"the brief for the next post: {lines[0]}")
        done(f"the journal has {self.bakery.journal()} lines, none of them changed since")

    # --- waiting ---

    def live(self, path: str) -> Json | None:
        """The row once it is live. Fails when a person would have to look after it."""
        row = self.ada.get(path)
        if row["state"] == "held":
            raise Failed(f"{path} is held: {row['problem']}")
        return row if row["state"] == "live" else None

    def wait(self, look: Callable[[], T | None], what: str) -> T:
        """Until it is there, without waiting for the worker's next round."""

        def again() -> T | None:
            self.bakery.look_again()
            return look()

        return until(again, what)


def tracked(post: Seen) -> str:
    return post.link or next((w for w in post.text.split() if "/l/" in w), "")


def done(what: str) -> None:
    print(f"  → {what}", flush=True)


def must(true: bool, what: str) -> None:
    """Something that was read back from the network."""
    require(true, what)
    print(f"  ← {what}", flush=True)


def require(true: bool, what: str) -> None:
    if not true:
        raise Failed(f"This is not so: {what}.")
