"""Films: measured packet by packet, rewritten without what is hidden, cut to fit.

What a header says about length is not believed; what ffmpeg really finds in the file is.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from clarion.pictures.kinds import Kind, Unfit
from clarion.pictures.programs import Broke, TooSlow, ffmpeg, run
from clarion.pictures.recipes import Recipe

MAX_SECONDS = 12 * 3600  # the longest that any network takes
MAX_PIXELS = 8192 * 4320
MAX_PACKETS = 10_000_000
MAX_RATE = 200_000_000  # bits a second; ffmpeg counts twice as many in 31 bits
IN_MP4 = {"h264", "hevc", "av1", "vp9", "mpeg4", "aac", "mp3", "opus", "alac"}
IN_WEBM = {"vp8", "vp9", "av1", "opus", "vorbis"}
IN_MOV = IN_MP4 | {"prores", "mjpeg", "pcm_s16le", "pcm_s24le", "pcm_s16be", "pcm_s24be"}
MIMES = {"mp4": "video/mp4", "webm": "video/webm", "mov": "video/quicktime"}
_SAFE = ("-protocol_whitelist", "file", "-max_pixels", str(MAX_PIXELS))
_DECLARED = re.compile(r"Duration: (\d+):(\d\d):(\d\d\.\d+)")
_TURNED = re.compile(r"rotation of -?(?:90|270)")
_QUICK = 120.0  # seconds that looking at a film may take
Told = Callable[[int], None]  # how far it is, in percent


@dataclass(frozen=True)
class Film:
    """What is really in a file."""

    width: int  # pixels, upright
    height: int
    seconds: float
    frame_rate: float  # frames a second, on average
    codecs: Sequence[str]  # of the picture, then of the sound where there is any


def measure(path: Path, kind: Kind) -> Film:
    """Reads the whole file once. Raises Unfit where it is broken or no film."""
    head = [ffmpeg(), "-nostdin", "-hide_banner", *_SAFE, "-f", kind.format, "-i", str(path)]
    tail = ["-map", "0:v:0", "-map", "0:a:0?", "-c", "copy", "-f", "framecrc", "-"]
    tally = _Tally()
    try:
        _, complained = run([*head, *tail], seconds=_QUICK + _size(path), told=tally.line)
    except Broke as error:
        raise Unfit(_why_not(error)) from error
    film = tally.film(turned=bool(_TURNED.search(complained)))
    _must_be_whole(film, complained)
    _must_be_sane(film)
    return film


class _Tally:
    """Adds up what `-f framecrc` says: one line for each packet."""

    def __init__(self) -> None:
        self.about: dict[str, str] = {}
        self.end, self.start = 0.0, 0.0
        self.frames = self.packets = 0

    def line(self, line: str) -> None:
        if line.startswith("#"):
            key, _, value = line[1:].partition(": ")
            self.about[key] = value.strip()
            return
        stream, _, at, lasts, *_ = line.split(",")
        self.packets += 1
        if self.packets > MAX_PACKETS:
            raise Unfit("The film has more pictures than twelve hours can show. Cut it.")
        if stream == "0":
            tick = self._tick
            self.frames += 1
            self.end = max(self.end, (int(at) + int(lasts)) * tick)
            self.start = min(self.start, int(at) * tick)

    @property
    def _tick(self) -> float:
        over, _, under = self.about["tb 0"].partition("/")
        return int(over) / int(under)

    def film(self, *, turned: bool) -> Film:
        if not self.frames or self.about.get("media_type 0") != "video":
            raise Unfit("There is no picture in this film. Export it again.")
        width, height = map(int, self.about["dimensions 0"].split("x"))
        if turned:
            width, height = height, width
        seconds = self.end - self.start
        codecs = [self.about[f"codec_id {n}"] for n in (0, 1) if f"codec_id {n}" in self.about]
        return Film(width, height, seconds, self.frames / seconds if seconds else 0, codecs)


def _must_be_whole(film: Film, complained: str) -> None:
    declared = _DECLARED.search(complained)
    if declared:
        hours, minutes, seconds = declared.groups()
        says = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
        if says > MAX_SECONDS:
            raise Unfit(_TOO_LONG)
        if film.seconds < says * 0.95 - 1:
            raise Unfit("The film breaks off: the file is cut short. Send it again.")


_TOO_LONG = "The film says it runs for more than twelve hours, which no network takes. Cut it."


def _must_be_sane(film: Film) -> None:
    if film.seconds > MAX_SECONDS:
        raise Unfit(_TOO_LONG)
    if film.width * film.height > MAX_PIXELS or min(film.width, film.height) < 2:
        raise Unfit("The film's picture is larger or smaller than any network takes.")
    if strange := [c for c in film.codecs if c not in IN_MOV | IN_WEBM]:
        raise Unfit(
            f"The film is encoded as {strange[0]}, which Clarion does not take. "
            "Export it as H.264 with AAC sound."
        )


def _why_not(error: Broke) -> str:
    if isinstance(error, TooSlow):
        return "The film could not be read in reasonable time. Export it again."
    if "matches no streams" in str(error):
        return "There is no picture in this film: it is sound alone, or broken."
    return "The film is broken: it cannot be read. Export it again."


def _size(path: Path) -> float:
    """Further seconds to read it from a slow disk."""
    return path.stat().st_size / 20_000_000


def rewrite(path: Path, kind: Kind, film: Film, into: Path) -> str:
    """The same picture and sound in a fresh file: no place, camera, titles, further tracks.

    Returns its type.
    """
    form = _container(kind, film)
    command = [
        *(ffmpeg(), "-nostdin", "-y", "-v", "error", *_SAFE),
        *("-f", kind.format, "-i", str(path)),
        *("-map", "0:v:0", "-map", "0:a:0?", "-c", "copy"),
        *("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"),
        *_UNNAMED,
        *(("-movflags", "+faststart") if form != "webm" else ()),
        *("-f", form, str(into)),
    ]
    try:
        run(command, seconds=_QUICK + 3 * _size(path))
    except Broke as error:
        raise Unfit(_why_not(error)) from error
    return MIMES[form]


_UNNAMED = ("-metadata:s:v", "handler_name=", "-metadata:s:a", "handler_name=")


def _container(kind: Kind, film: Film) -> str:
    if kind.format == "matroska":
        if set(film.codecs) <= IN_WEBM:
            return "webm"
        return "mp4" if set(film.codecs) <= IN_MP4 else "mov"
    return "mp4" if set(film.codecs) <= IN_MP4 else "mov"


def poster(path: Path, seconds: float, into: Path, side: int) -> None:
    """One picture of it as WebP, from a tenth of the way in, `side` pixels at most."""
    fit = f"scale='min({side},iw)':'min({side},ih)':force_original_aspect_ratio=decrease"
    command = [
        *(ffmpeg(), "-nostdin", "-y", "-v", "error", "-ss", f"{seconds / 10:.3f}", *_SAFE),
        *("-i", str(path), "-map", "0:v:0", "-frames:v", "1", "-vf", fit),
        *("-c:v", "libwebp", "-q:v", "80", "-map_metadata", "-1", "-f", "webp", str(into)),
    ]
    try:
        run(command, seconds=_QUICK)
    except Broke as error:
        raise Unfit(
            "The film cannot be shown: its picture is broken. Export it again."
        ) from error


def encode(path: Path, recipe: Recipe, seconds: float, into: Path, told: Told) -> None:
    """Writes the film anew by a recipe: H.264 with AAC, or VP9 with Opus. Raises Unfit."""
    most = recipe.get("bytes")
    for share in (0.92, 0.80, 0.65, 0.45):  # a little less each time, until it fits
        rate = min(int(most * 8 * share / max(seconds, 0.1)), MAX_RATE) if most else 0
        _encode(path, recipe, rate, seconds, into, told)
        if not most or into.stat().st_size <= most:
            return
    raise Unfit("The film cannot be made as small as the network wants. Cut it shorter.")


def _encode(
    path: Path,
    recipe: Recipe,
    rate: int,
    seconds: float,
    into: Path,
    told: Told,
) -> None:
    command = [
        *(ffmpeg(), "-nostdin", "-y", "-v", "error", "-progress", "pipe:1", *_SAFE),
        *("-i", str(path), "-map", "0:v:0", "-map", "0:a:0?"),
        *("-vf", ",".join(_filters(recipe)), *_codecs(recipe, rate)),
        *("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"),
        *(
            "-flags:v",
            "+bitexact",
            "-flags:a",
            "+bitexact",
            "-threads",
            "2",
            *_UNNAMED,
            str(into),
        ),
    ]
    try:
        run(
            command,
            seconds=600 + 60 * seconds,
            told=lambda line: _progress(line, seconds, told),
        )
    except Broke as error:
        raise Unfit("The film could not be converted. Export it again as MP4.") from error


def _filters(recipe: Recipe) -> list[str]:
    found = []
    if crop := recipe.get("crop"):
        found.append("crop={2}:{3}:{0}:{1}".format(*crop))
    found.append(f"scale={recipe['width']}:{recipe['height']}:flags=lanczos,setsar=1")
    if rate := recipe.get("frame_rate"):
        found.append(f"fps={rate}")
    return found


def _codecs(recipe: Recipe, rate: int) -> list[str]:
    """Two threads: so the same film gives the same bytes on any machine."""
    sound = min(128_000, rate // 8) if rate else 128_000
    cap = ["-maxrate", str(rate - sound), "-bufsize", str(2 * (rate - sound))] if rate else []
    if recipe["to"] == "video/webm":
        return [
            *("-c:v", "libvpx-vp9", "-crf", "32", "-b:v", str(rate - sound if rate else 0)),
            *("-row-mt", "1", "-cpu-used", "4", "-c:a", "libopus", "-b:a", str(sound)),
            *("-f", "webm"),
        ]
    return [
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "21", *cap, "-pix_fmt", "yuv420p"),
        *("-profile:v", "high", "-c:a", "aac", "-b:a", str(sound), "-ac", "2", "-ar", "48000"),
        *("-movflags", "+faststart", "-f", "mp4"),
    ]


def _progress(line: str, seconds: float, told: Told) -> None:
    key, _, value = line.strip().partition("=")
    if key == "out_time_us" and value.isdigit() and seconds:
        told(min(99, int(int(value) / 10_000 / seconds)))
