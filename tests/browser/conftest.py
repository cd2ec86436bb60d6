"""Browser tests: the real server with the demo world, started once, and whatever Chromium there is."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
COVERED = """() => {
    const [main, tabs] = ["main", ".tabs"].map(each => document.querySelector(each))
    if (!main || !tabs || !tabs.offsetHeight) return 0
    window.scrollTo({top: document.documentElement.scrollHeight, behavior: "instant"})
    const covered = main.getBoundingClientRect().bottom - tabs.getBoundingClientRect().top
    window.scrollTo({top: 0, behavior: "instant"})
    return covered
}"""
WIDTHS = {"desktop": (1280, 860), "phone": (390, 844)}
SHOTS = os.environ.get("CLAUSULA_SCREENSHOTS", "")
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
START_WITHIN = 180.0
STOP_WITHIN = 60.0


def chromium() -> str:
    """A browser: $CHROMIUM, one on the path, else Debian's, where we are root."""
    for name in (os.environ.get("CHROMIUM"), *NAMES):
        if name and (found := shutil.which(name)):
            return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "-q", "update"], check=False)
        subprocess.run(["apt-get", "-q", "install", "-y", "--no-install-recommends", "chromium"], check=False)
    if found := shutil.which("chromium"):
        return str(found)
    pytest.skip("no browser: install chromium, or name one as CHROMIUM")


@dataclass
class House:
    """The demo that runs: its address, the folder of its data and of what it says, codes among it."""

    place: Path
    address: str = ""
    program: subprocess.Popen[bytes] | None = None

    @property
    def state(self) -> Path:
        """Where its data is."""
        return self.place / "state"

    def environment(self) -> dict[str, str]:
        """What the demo finds in the environment: nothing of ours, but the folder its data goes to.

        Coverage follows it from its second start on: `tests/server/test_demo.py` loads the same world.
        """
        ours = ("CLAUSULA_", "DATABASE_URL", "DJANGO_", *(() if self.address else ("COVERAGE_",)))
        env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return {**env, "CLAUSULA_STATE": str(self.state)}

    def told(self) -> str:
        """What it has said until now, over all its starts."""
        log = self.place / "log"
        return log.read_text() if log.exists() else ""

    def start(self) -> str:
        """Start it, and wait until it answers; what it said."""
        before = len(self.told())
        port = self.address.rpartition(":")[2] or "8500"
        command = [sys.executable, "-m", "clausula_server", "demo", "--port", port]
        with (self.place / "log").open("a") as log:
            self.program = subprocess.Popen(
                command, env=self.environment(), stdout=log, stderr=log, start_new_session=True
            )
        end = time.monotonic() + START_WITHIN
        while "Ctrl-C stops it" not in self.told()[before:] and self.program.poll() is None and time.monotonic() < end:
            time.sleep(0.2)
        said = self.told()[before:]
        found = re.search(r"runs at (http://localhost:\d+)/", said)
        assert found, said
        self.address = found[1]
        with urllib.request.urlopen(f"{self.address}/health", timeout=10) as answer:  # noqa: S310 - our own server
            assert answer.read() == b'{"status": "ok"}'
        return said

    def stop(self) -> None:
        """Say Ctrl-C to it, and wait until it has ended."""
        assert self.program is not None
        self.program.send_signal(signal.SIGINT)
        assert self.program.wait(STOP_WITHIN) == 0
        assert self.told().endswith("the data stays for the next time\n")

    def code(self, phone: str, ask: Callable[[], object]) -> str:
        """The code that comes by SMS to the phone after it was asked for."""
        before = len(self._codes(phone))
        ask()
        for _ in range(200):
            if len(codes := self._codes(phone)) > before:
                return codes[-1]
            time.sleep(0.1)
        raise AssertionError(f"no code came to {phone}")

    def activation(self) -> str:
        """The code in Paul's letter."""
        return str(re.findall(r"activation code .*: (\S+)", self.told())[-1])

    def _codes(self, phone: str) -> list[str]:
        return re.findall(rf"→ {re.escape(phone)}: (\d{{6}})", self.told())


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    """The demo, started for all tests of this process."""
    place = Path(tempfile.mkdtemp(prefix="clausula-browser-"))
    place.chmod(0o755)  # PostgreSQL may run as another user
    found = House(place)
    found.start()
    yield found
    try:
        found.stop()
    finally:
        shutil.rmtree(place)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """How the browser is started; root has no sandbox."""
    options = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return {"executable_path": chromium(), "args": options}


@dataclass
class Visit:
    """A page in one of the four modes. It fails the test where the console complains or another host is asked."""

    page: Page
    house: House
    mode: str
    complaints: list[str]

    def go(self, path: str) -> None:
        """Open an address of the house."""
        self.page.goto(self.house.address + path)

    def settle(self) -> None:
        """Wait until the page stands still. One that listens to what happens is never without a request."""
        self.page.wait_for_load_state("load")
        if self.page.locator("[sse-connect]").count() == 0:
            self.page.wait_for_load_state("networkidle")
        self.page.evaluate("document.fonts.ready")

    def as_in(self, other: "Visit") -> None:
        """Be signed in as in another visit."""
        self.page.context.add_cookies(other.page.context.cookies())  # type: ignore[arg-type] # what one gives the other takes

    def look(self, name: str) -> None:
        """Have axe look at the page, and keep a picture where CLAUSULA_SCREENSHOTS names a folder."""
        self.settle()
        if SHOTS:
            self._take(f"{SHOTS}/{name}-{self.mode}.png")
        found = Axe().run(self.page, options=RULES)
        assert found.violations_count == 0, found.generate_report()
        too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not self.page.evaluate(too_wide), f"{name} is wider than the screen"
        assert self.page.evaluate(COVERED) < 1, f"the end of {name} is under the tabs"

    def _take(self, path: str) -> None:
        """The whole page, as on a screen that is high enough for it: what sticks to its foot stays there."""
        size = self.page.viewport_size
        assert size is not None
        high = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size({"width": size["width"], "height": max(high, size["height"])})
        self.page.screenshot(path=path, full_page=True)
        self.page.set_viewport_size(size)

    def sign_in(self, phone: str) -> None:
        """By phone and code; phone as E.164."""
        self.go("/accounts/login/")
        self.page.get_by_label("Mobile number").fill(phone)
        send = self.page.get_by_role("button", name="Send me a code")
        code = self.house.code(phone, send.click)
        with self.page.expect_navigation(url=lambda url: "/confirm/" not in url):
            self.page.get_by_label("Code").fill(code)  # the sixth digit sends it


Visitor = Callable[..., Visit]


@pytest.fixture
def visit(house: House, browser: Browser) -> Iterator[Visitor]:
    """Make visits: `visit("dark-phone")`."""
    made: list[tuple[Visit, BrowserContext]] = []

    def begin(mode: str = "light-desktop") -> Visit:
        scheme, width = mode.split("-")
        wide, high = WIDTHS[width]
        context = browser.new_context(
            color_scheme="dark" if scheme == "dark" else "light",
            viewport={"width": wide, "height": high},
            locale="en-GB",
            is_mobile=width == "phone",
            has_touch=width == "phone",
        )
        page = context.new_page()
        visit = Visit(page, house, mode, [])
        page.on("console", lambda said: visit.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        page.on("request", lambda sent: _note_host(visit, sent.url))
        made.append((visit, context))
        return visit

    yield begin
    for visit, context in made:
        context.close()
        assert visit.complaints == []


def _note_host(visit: Visit, url: str) -> None:
    if not url.startswith((visit.house.address, "data:", "blob:")):
        visit.complaints.append(f"asked {url}")
