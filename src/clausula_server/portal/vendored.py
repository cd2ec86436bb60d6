"""Takes what browsers load from others into `static/vendor`: Tabler's style sheet without what no page here uses, and
the font Inter. Nothing is built; run again for a new version, look at the pages, commit.

    npm pack @tabler/core @fontsource-variable/inter    # and unpack both
    python -m clausula_server.portal.vendored TABLER INTER

TABLER, INTER: the unpacked folders. The full style sheet is half of a first load; a quarter of it dresses widgets that
need Tabler's own script, which is not here: `<details>`, `<dialog>` and `<progress>` do the same without one.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

VENDOR = Path(__file__).parent / "static" / "vendor"
FONTS = ("inter-latin-wght-normal.woff2", "inter-latin-ext-wght-normal.woff2")
WIDGETS = (
    "accordion|apexcharts|autosize|calendar|carousel|chat|chip|clr|coloris|collaps|countup|datagrid|divide|driver|dz-|dropzone"
    "|flag|form-colorinput|form-imagecheck|form-selectgroup|fslightbox|hs-|hugerte|img-responsive|input-otp|io|jvm|legend|litepicker"
    "|loader|markdown|mce|modal|noUi|offcanvas|otp|payment|photogrid|placeholder|plyr|popover|ribbon|segmented|signal|sparkline"
    "|star|swiper|tox|toast|tom-select|tooltip|tracking|tree|ts-|turbo|typed|vjs|wizard|nav-segmented"
)
SIZES = r"navbar-expand-(sm|lg|xl|xxl)|navbar-vertical|navbar-overlap|navbar-transparent|[a-z-]+-xxl(-|\b)"
BRANDS = (
    r"\w*-?(facebook|twitter|linkedin|google|youtube|vimeo|dribbble|github|instagram|pinterest|vk|rss|flickr|bitbucket"
    r"|tabler|x)"
)
UNUSED = re.compile(rf"\.({WIDGETS})|\.({SIZES})|\.(bg|text|btn|border|link)-({BRANDS})(-|\b)")
GROUP = ("@media", "@supports", "@container", "@layer")


def blocks(css: str) -> Iterator[tuple[str, str]]:
    """The rules of a style sheet at one level: what stands before the brace, and what is inside."""
    start = depth = opened = 0
    for place, sign in enumerate(css):
        if sign == ";" and depth == 0:
            yield css[start : place + 1], ""
            start = place + 1
        elif sign == "{":
            opened = place if depth == 0 else opened
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield css[start:opened], css[opened + 1 : place]
                start = place + 1


def without_unused(css: str) -> str:
    """The same style sheet without rules whose every selector is about something no page uses."""
    kept = []
    for head, body in blocks(css):
        if not body:
            kept.append(head)
        elif head.startswith(GROUP):
            inner = without_unused(body)
            kept.append(f"{head}{{{inner}}}" if inner else "")
        else:
            selectors = re.split(r",(?![^(]*\))", head)
            used = selectors if head.startswith("@") else [each for each in selectors if not UNUSED.search(each)]
            kept.append(f"{','.join(used)}{{{body}}}" if used else "")
    return "".join(kept)


def main(tabler: Path, inter: Path) -> None:
    """Write the files."""
    text = (tabler / "dist" / "css" / "tabler.min.css").read_text(encoding="utf-8")
    comments, css = re.match(r"((?:\s*(?:@charset[^;]*;|/\*!.*?\*/))*)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr] # matches anything
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    (VENDOR / "tabler.css").write_text(comments + without_unused(css), encoding="utf-8")
    for font in FONTS:
        shutil.copyfile(inter / "files" / font, VENDOR / font)
    shutil.copyfile(inter / "LICENSE", VENDOR / "inter-licence.txt")  # Tabler's stands at the top of its style sheet


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
