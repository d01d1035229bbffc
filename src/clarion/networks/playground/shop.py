"""The demo shop: where links lead, so that a click can become a sale."""

import secrets
from functools import partial
from html import escape

from clarion.networks.playground.html import frame
from clarion.networks.playground.visitors import PRODUCTS, Visitors
from clarion.networks.playground.web import Answer, Handler, Request, Sorry


def routes(visitors: Visitors) -> list[tuple[str, str, Handler]]:
    return [
        ("GET", "/shop", show),
        ("POST", "/shop", partial(buy, visitors)),
    ]


async def show(request: Request) -> Answer:
    clk = request.one("clk")
    came = "You came by a tracked link." if clk else "You came by yourself."
    goods = "".join(_product(key, clk) for key in PRODUCTS)
    body = (
        "<h1>Demo shop</h1><p>What you buy here costs nothing and never arrives. "
        f'{came}</p><div class="goods">{goods}</div>'
    )
    return frame("Demo shop", body, at="/shop")


async def buy(visitors: Visitors, request: Request) -> Answer:
    said = await request.data()
    product, clk = str(said.get("product", "")), str(said.get("clk", ""))
    if product not in PRODUCTS:
        raise Sorry(422, "The shop does not have that. Go back and choose something else.")
    reported = await visitors.buy(f"h{secrets.token_hex(8)}", clk, product)
    told = "was" if reported else "was not"
    body = (
        f'<h1>Thank you</h1><div class="card"><p>{escape(PRODUCTS[product][0])} is yours, as '
        f"far as practice goes. The sale {told} reported to Clarion.</p>"
        '<p><a href="/shop">Back to the shop</a></p></div>'
    )
    return frame("Thank you", body, at="/shop")


def _product(key: str, clk: str) -> str:
    name, cents = PRODUCTS[key]
    return (
        f'<form class="card" method="post" action="/shop"><h2>{escape(name)}</h2>'
        f'<p class="price">€{cents / 100:.2f}</p>'
        f'<input type="hidden" name="clk" value="{escape(clk)}">'
        f'<input type="hidden" name="product" value="{key}">'
        f'<button class="go" aria-label="Buy: {escape(name)}">Buy</button></form>'
    )
