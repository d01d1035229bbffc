#!/usr/bin/env python3
"""Maintainer-only: rebuild the third-party files of the web face from the pinned lockfile.

    python tools/vendor.py                 npm ci, then copy
    python tools/vendor.py --no-install    copy from frontend/node_modules as it is

Users never run this: its output is committed and ships in the wheel. `vendor.json` lists every
file with its origin, licence and hash; a test compares the hashes without Node.
"""

import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
MODULES = FRONTEND / "node_modules"
OUT = ROOT / "src/clarion/interfaces/web/static/vendor"
AXE = ROOT / "tests/axe.min.js"

INTER = "@fontsource-variable/inter"
BRICOLAGE = "@fontsource-variable/bricolage-grotesque"
COPY = {  # target: (package, file in it)
    "htmx.js": ("htmx.org", "dist/htmx.min.js"),
    "hx-sse.js": ("htmx.org", "dist/ext/hx-sse.min.js"),
    "fonts/inter.woff2": (INTER, "files/inter-latin-wght-normal.woff2"),
    "fonts/inter-ext.woff2": (INTER, "files/inter-latin-ext-wght-normal.woff2"),
    "fonts/bricolage.woff2": (BRICOLAGE, "files/bricolage-grotesque-latin-wght-normal.woff2"),
    "swagger-ui.js": ("swagger-ui-dist", "swagger-ui-bundle.js"),
    "swagger-ui.css": ("swagger-ui-dist", "swagger-ui.css"),
}
LUCIDE = """
archive arrow-down arrow-left arrow-right arrow-up arrow-up-right at-sign ban bell book-open
bookmark bot calendar-clock calendar-days calendar-plus chart-column chart-line check
check-check chevron-down chevron-left chevron-right chevron-up chevrons-up-down circle
circle-alert circle-check circle-dashed circle-dot circle-help circle-pause circle-play
circle-x clipboard-list clock cloud-check coins command compass copy corner-up-left crop
database download ellipsis ellipsis-vertical external-link eye eye-off file-text filter flag
flask-conical folder gauge gift globe goal grip-vertical hash heart heart-pulse history
hourglass house image image-plus images inbox info key-round keyboard languages layers
layout-dashboard lightbulb link link-2 list list-checks loader-circle lock log-out mail
map-pin megaphone menu message-circle message-square-text messages-square minus monitor moon
mouse-pointer-click newspaper notebook-pen palette panel-right pause pen-line percent pin
play plug plug-zap plus quote radar radio refresh-cw repeat-2 reply rocket rotate-ccw route
save scale scroll-text search send server settings share-2 shield shield-check shuffle
sliders-horizontal smartphone smile snooze sparkles split star store sun table-2 tag target
telescope test-tube-diagonal thumbs-down thumbs-up timer trash-2 trending-down trending-up
triangle-alert trophy type undo-2 unplug upload user user-check user-plus users video wallet
webhook x zap
""".split()  # noqa: SIM905 - a list of two hundred lines reads worse
# A name the icon set does not have, drawn with one it has.
ALIASES = {"snooze": "alarm-clock"}
BRANDS = """
instagram facebook x threads bluesky mastodon tiktok youtube pinterest reddit telegram discord
devdotto lemmy misskey peertube pixelfed medium wordpress ghost rss tumblr
""".split()  # noqa: SIM905 - a list of two hundred lines reads worse
OWN = {
    # Two figures on a swing: the practice network.
    "b-playground": '<path d="M4 21 9 4h6l5 17M3 4h18M10.2 4v9.5M13.8 4v9.5M8.6 13.5h6.8" '
    'fill="none" stroke="currentColor" stroke-width="2.1" stroke-linecap="round" '
    'stroke-linejoin="round"/>',
}
OWN_COLORS = {"b-playground": "#8b3f86", "b-linkedin": "#0a66c2"}
STROKE = (
    'fill="none" stroke="currentColor" stroke-width="1.75" '
    'stroke-linecap="round" stroke-linejoin="round"'
)


@dataclass(frozen=True)
class Entry:
    file: str
    package: str
    version: str
    license: str
    bytes: int
    gzip: int
    sha256: str


def main() -> None:
    if "--no-install" not in sys.argv:
        subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=FRONTEND, check=True)
    drawn, coloured = sprite(), brand_colours()
    shutil.rmtree(OUT, ignore_errors=True)
    entries = [copied(name, *origin) for name, origin in COPY.items()]
    entries.append(written("icons.svg", drawn, "lucide-static"))
    entries.append(written("brands.css", coloured, "simple-icons"))
    for package in ("simple-icons", "@tabler/icons"):
        keep_licence(package)
    listing = [asdict(entry) for entry in entries]
    (OUT / "vendor.json").write_text(json.dumps(listing, indent=1) + "\n")
    shutil.copy(MODULES / "axe-core/axe.min.js", AXE)
    for entry in entries:
        print(
            f"{entry.file:22}{entry.package:40}{entry.version:9}{entry.bytes:>8}{entry.gzip:>8}"
        )


def copied(name: str, package: str, source: str) -> Entry:
    target = OUT / name
    target.parent.mkdir(parents=True, exist_ok=True)
    content = (MODULES / package / source).read_bytes()
    # A map that is not shipped would be asked for by the manifest storage.
    target.write_bytes(re.sub(rb"\n?/[/*]# sourceMappingURL=\S+\s*$", b"\n", content))
    return entry(target, package)


def written(name: str, text: str, package: str) -> Entry:
    (OUT / name).write_text(text)
    return entry(OUT / name, package)


def entry(target: Path, package: str) -> Entry:
    about = json.loads((MODULES / package / "package.json").read_text())
    content = target.read_bytes()
    keep_licence(package)
    return Entry(
        file=target.relative_to(OUT).as_posix(),
        package=package,
        version=about["version"],
        license=about["license"],
        bytes=len(content),
        gzip=len(gzip.compress(content, 9)),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def keep_licence(package: str) -> None:
    folder = OUT / "licenses"
    folder.mkdir(parents=True, exist_ok=True)
    texts = [next((MODULES / package).glob("LICEN[CS]E*"))]
    # A bundle holds the works of others, who want to be named too.
    for kind in ("NOTICE", "*-bundle.js.LICENSE.txt"):
        texts += sorted((MODULES / package).glob(kind))
    told = "\n\n".join(text.read_text().strip() for text in texts)
    (folder / (package.replace("/", "__") + ".txt")).write_text(told + "\n")


def sprite() -> str:
    symbols = [
        symbol(name, f"lucide-static/icons/{ALIASES.get(name, name)}.svg", STROKE)
        for name in LUCIDE
    ]
    symbols += [
        symbol(f"b-{name}", f"simple-icons/icons/{name}.svg", 'fill="currentColor"')
        for name in BRANDS
    ]
    linkedin = "@tabler/icons/icons/filled/brand-linkedin.svg"
    symbols.append(symbol("b-linkedin", linkedin, 'fill="currentColor"'))
    symbols += [f'<symbol id="{n}" viewBox="0 0 24 24">{d}</symbol>' for n, d in OWN.items()]
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(symbols) + "</svg>\n"


def symbol(name: str, source: str, paint: str) -> str:
    found = re.search(r"<svg[^>]*>(.*)</svg>", (MODULES / source).read_text(), re.DOTALL)
    if not found:
        raise SystemExit(f"{source} is not an SVG.")
    inner = " ".join(re.sub(r"<title>.*?</title>", "", found[1]).split())
    return f'<symbol id="{name}" viewBox="0 0 24 24" {paint}>{inner}</symbol>'


# --- brand colours: the brand's own, moved only as far as a glyph needs to be seen ----------


def brand_colours() -> str:
    known = json.loads((MODULES / "simple-icons/data/simple-icons.json").read_text())
    hexes = {slug(icon): "#" + icon["hex"].lower() for icon in known}
    colours = {f"b-{name}": hexes[name] for name in BRANDS} | OWN_COLORS
    rules = [f".{name}{{color:{pair(colour)}}}" for name, colour in colours.items()]
    return "@layer components{\n" + "\n".join(rules) + "\n}\n"


def slug(icon: dict[str, str]) -> str:
    spelled = {"+": "plus", ".": "dot", "&": "and"}
    lower = "".join(spelled.get(c, c) for c in icon["title"].lower())
    return icon.get("slug") or re.sub(r"[^a-z0-9]", "", lower)


def pair(colour: str) -> str:
    """The colour on light and on dark ground; a black or white brand takes the ink's colour."""
    if max(channels(colour)) - min(channels(colour)) < 24:
        return "var(--ink)"
    on_light = seen_on(colour, "#ffffff", "#000000")
    return f"light-dark({on_light},{seen_on(colour, '#20292b', '#ffffff')})"


def seen_on(colour: str, ground: str, towards: str, enough: float = 3.6) -> str:
    """The colour, mixed towards black or white until it stands out from the ground."""
    for share in range(0, 101, 4):
        mixed = mix(colour, towards, share / 100)
        if contrast(mixed, ground) >= enough:
            return mixed
    return towards


def mix(one: str, other: str, share: float) -> str:
    parts = zip(channels(one), channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    linear = [
        c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
        for c in (value / 255 for value in channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


if __name__ == "__main__":
    main()
