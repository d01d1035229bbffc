"""Documents: a PDF is taken apart into its pages and put together anew, in its own process.

Scripts, attachments, forms and what stands about its author do not survive that.
"""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from clarion.pictures.kinds import Unfit
from clarion.pictures.programs import Broke, TooSlow, python, run

MIME = "application/pdf"
MAX_PAGES = 500
# Names of what acts by itself; PDFium writes names plainly, so they can be looked for.
ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|OpenAction|RichMedia|XFA)\b")
_STREAM = re.compile(rb"\bstream\r?\n.*?\bendstream\b", re.DOTALL)


@dataclass(frozen=True)
class Document:
    pages: int
    width: int  # of the first page, in points (1/72 inch)
    height: int


def rewrite(path: Path, into: Path, thumbnail: Path, side: int) -> Document:
    """Writes the same pages to `into` and a picture of the first. Raises Unfit."""
    command = python(__name__, str(path), str(into), str(thumbnail), str(side))
    try:
        said, _ = run(command, seconds=120)
    except TooSlow:
        raise Unfit("The PDF could not be read in reasonable time. Print it anew.") from None
    except Broke as error:
        raise Unfit("The PDF is broken: it cannot be read. Export it again.") from error
    answer = json.loads(said)
    if "problem" in answer:
        raise Unfit(answer["problem"])
    if ACTIVE.search(_STREAM.sub(b"", into.read_bytes())):
        raise Unfit("The PDF holds scripts or attachments. Print it to a new PDF first.")
    return Document(**answer)


def _work(path: str, into: str, thumbnail: str, side: str) -> dict[str, object]:
    import pypdfium2 as pdfium

    try:
        old = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if "assword" in str(error):
            return {"problem": "The PDF is locked with a password. Save it without one."}
        return {"problem": "The PDF is broken: it cannot be read. Export it again."}
    if not 0 < len(old) <= MAX_PAGES:
        return {"problem": f"The PDF has {len(old)} pages; 1 to {MAX_PAGES} are taken."}
    new = pdfium.PdfDocument.new()
    new.import_pages(old)
    new.save(into)
    page = new[0]
    width, height = page.get_size()
    shown = page.render(scale=int(side) / max(width, height, 1)).to_pil()
    shown.convert("RGB").save(thumbnail, "WEBP", quality=80)
    return {"pages": len(old), "width": round(width), "height": round(height)}


if __name__ == "__main__":
    print(json.dumps(_work(*sys.argv[1:])))  # noqa: T201 - this is how it answers
