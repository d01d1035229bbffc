"""The loop, told stage by stage in the order of `clarion.loop.STAGES`, and back again."""

from collections.abc import Callable

from tools.loop_outside import Outside, Playground, Seen, ask, follow, mark_of
from tools.loop_people import ALT, FINDING, fresh, refused, settle_in
from tools.loop_world import Clarion, Failed, until

from clarion.loop import STAGES
from clarion.publishing.models import Delivery

WORDS = "Rye bread from seven o'clock, still warm. Who is coming?"
QUESTION, ANSWER = "Do you open on Sundays?", "On Sundays from eight."
TALK = "Nothing beats a good sourdough on the way to work"


class Story:
    """One bakery, one post, one turn of the wheel."""

    delivery: Delivery

    def __init__(self, ours: Clarion, outside: Outside) -> None:
        self.ours, self.outside = ours, outside
        self.bakery = settle_in(outside)
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
        done(f"channel @{self.bakery.channel.handle} on {self.outside.name}")

    def content(self) -> None:
        self.post = self.bakery.write(WORDS, self.shop)
        done(
            "Ada wrote a post with a picture, its description and a link, and asks for approval"
        )
        why = refused(lambda: self.bakery.approve_alone(self.post))
        done(f"Ada may not approve it herself: {why}")

    def publishing(self) -> None:
        lost = self.outside.lose_an_answer()
        self.delivery = self.bakery.approve_and_plan(self.post)
        at = f"{self.delivery.planned_for:%H:%M:%S}"
        done(f"Bo approved it and put it on the calendar for {at}")
        if lost:
            done(f"{self.outside.name} will take the post, and the answer will get lost")
        until(lambda: fresh(self.delivery), "the worker has published the post")
        if lost:
            require(self.outside.lost_answers() == 1, "The answer to our post got lost")
            done(
                "no answer came: Clarion looked, and found the post there before sending again"
            )
        self.read_back()

    def read_back(self) -> None:
        told = self.outside.posts()
        mine = {i: post for i, post in told.items() if WORDS in post.text}
        must(list(mine) == [self.delivery.remote_id], "it stands there exactly once")
        post = mine[self.delivery.remote_id]
        must(
            list(post.pictures) == [ALT],
            "with its picture and the words for those who cannot see",
        )
        self.tracked = tracked(post)
        must(self.tracked.startswith(f"{self.ours.url}/l/"), f"and its own link {self.tracked}")

    def community(self) -> None:
        self.outside.answer(self.delivery.remote_id, QUESTION)
        done(f"a stranger answers: {QUESTION}")
        question = self.wait(
            lambda: self.bakery.conversation(QUESTION), "the answer is in the inbox"
        )
        require(
            question.delivery_id == self.delivery.pk, "The inbox knows which post it is about"
        )
        reply = self.bakery.answer(question, ANSWER)
        done(f"Ada answers in the inbox: {ANSWER}")
        until(lambda: fresh(reply), "the worker has sent our answer")
        said = [p for p in self.outside.posts().values() if p.text == ANSWER]
        must(len(said) == 1, "our answer stands there exactly once")

    def listening(self) -> None:
        self.outside.talk(TALK)
        done(f"somebody says to nobody in particular: {TALK}")
        watch = self.bakery.watch("sourdough")
        heard = until(
            lambda: [m for m in watch.mentions.all() if TALK in m.text],
            "the watch for “sourdough” has heard it",
            seconds=90,
        )
        require(len(heard) == 1, "It was heard once")
        done(f"the watch for “sourdough” heard it, once, from {heard[0].author}")

    def measurement(self) -> None:
        landing = follow(self.tracked)
        done(f"a visitor follows the tracked link and lands on {landing.partition('?')[0]}")
        self.buy(landing)
        self.outside.like(self.delivery.remote_id)
        self.wait(self.is_counted, "likes, clicks and sales are counted")
        told, ours = self.outside.counts(self.delivery.remote_id), self.bakery.results()
        must(ours["likes"].value == told["likes"], f"likes there: {told['likes']}, as here")
        clicks, sales, money = (ours[m].value for m in ("clicks", "conversions", "revenue"))
        done(f"clicks: {clicks}, purchases: {sales}, worth {money:.2f} {ours['revenue'].unit}")

    def buy(self, landing: str) -> None:
        if isinstance(self.outside, Playground):
            self.outside.buy(landing)
            done("they buy in the shop, which reports the purchase")
            return
        said = {
            "click": mark_of(landing),
            "ref": "order-1",
            "value": "24.00",
            "currency": "EUR",
        }
        ask("POST", f"{self.ours.url}/collect", json=said)
        done("there is no shop here, so this program reports a purchase as a shop would")

    def is_counted(self) -> bool:
        found = self.bakery.results()
        wanted = ("likes", "clicks", "conversions")
        same = found["likes"].value == self.outside.counts(self.delivery.remote_id)["likes"]
        return same and all(found[m].value for m in wanted)

    def ads(self) -> None:
        if not self.outside.sells:
            done(refused(lambda: self.bakery.promote(self.delivery, 20)))
            return
        done(f"51 EUR? {refused(lambda: self.bakery.promote(self.delivery, 51))}")
        promotion = self.bakery.promote(self.delivery, 20)
        until(lambda: fresh(promotion), "the promotion runs")
        [order] = self.outside.promotions()
        budget = f"{order['budget']} {order['currency']}"
        must(float(order["budget"]) == 20, f"one promotion, which ends by itself at {budget}")
        self.outside.like(self.delivery.remote_id)
        self.wait(lambda: self.bakery.purse().spent, "the first bill is in")
        purse = self.bakery.purse()
        done(f"spent {purse.spent}, promised {purse.promised}, left {purse.left} of 50.00 EUR")
        done(f"31 EUR more? {refused(lambda: self.bakery.promote(self.delivery, 31))}")

    def lesson(self) -> None:
        brief = self.bakery.brief()
        lines = [line for line in brief.splitlines() if "Best so far by likes" in line]
        require(len(lines) == 1, f"The lesson stands in the next brief:\n{brief}")
        done(f"the brief for the next post: {lines[0]}")
        done(f"the journal has {self.bakery.journal()} lines, none of them changed since")

    def wait(self, look: Callable[[], object], what: str) -> object:
        """Until it is there, without waiting for the worker's next round."""

        def again() -> object:
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
