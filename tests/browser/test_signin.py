"""Signing in, as people do it: with a phone, a letter, an app, a finger."""

import base64
import hashlib
import hmac
import struct
import time

import pytest

from tests.browser.conftest import Visit, Visitor

ANNA, CLARA, SVEN, PAUL = "+41795550101", "+41795550104", "+41795550201", "+41795550102"
PROVIDER, OTHER_PROVIDER = "+41795550801", "+41795550802"
MARA, OMAR = "+41795550901", "+41795550902"
MODES = {"light-desktop": ANNA, "light-phone": CLARA, "dark-desktop": SVEN, "dark-phone": PROVIDER}
MOST_BYTES = 150_000


def in_english(visit: Visit) -> None:
    """The demo's people speak German; the test reads English."""
    visit.page.locator("details.menu > summary").first.click()
    visit.page.get_by_role("button", name="English").click()
    visit.settle()


def one_time_password(secret: str) -> str:
    """RFC 6238, written out once more."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    place = digest[-1] & 15
    number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


@pytest.mark.parametrize("mode", MODES)
def test_a_member_signs_in_and_looks_around(visit: Visitor, mode: str) -> None:
    here = visit(mode)
    here.go("/")
    here.look("sign-in")
    here.page.get_by_label("Mobile number").fill("12")
    here.page.get_by_role("button", name="Send me a code").click()
    assert "This is no phone number" in here.page.inner_text("main")
    here.look("sign-in-wrong")
    phone = MODES[mode]
    here.page.get_by_label("Mobile number").fill("0" + phone.removeprefix("+41"))
    code = here.house.code(phone, here.page.get_by_role("button", name="Send me a code").click)
    here.look("code")
    with here.page.expect_navigation(url=f"{here.house.address}/"):
        here.page.get_by_label("Code").fill(code)
    in_english(here)
    here.look("home")
    here.page.locator("details.menu > summary").last.click()
    here.page.get_by_role("link", name="Devices").first.click()
    here.look("devices")
    assert here.page.get_by_text("this one").is_visible()
    here.go("/accounts/security/")
    here.look("security")


@pytest.mark.parametrize("mode", MODES)
def test_what_is_not_there_is_said_kindly(visit: Visitor, mode: str) -> None:
    here = visit(mode)
    here.go("/nothing/here/")
    here.look("not-found")
    assert here.page.get_by_role("heading", name="There is nothing here").is_visible()
    assert [said for said in here.complaints if "404" not in said] == []
    here.complaints.clear()


@pytest.mark.parametrize("mode", ["light-phone"])
def test_the_code_of_a_letter_makes_a_phone_a_key(visit: Visitor, mode: str) -> None:
    here = visit(mode)
    here.go("/accounts/login/")
    here.page.get_by_role("link", name="Use the code from your letter").click()
    here.look("activate")
    here.page.get_by_label("Activation code").fill(here.house.activation().lower())
    here.page.get_by_label("Mobile number").fill("079 555 01 02")
    code = here.house.code(PAUL, here.page.get_by_role("button", name="Continue").click)
    here.look("activate-code")
    with here.page.expect_navigation(url=f"{here.house.address}/"):
        here.page.get_by_label("Code").fill(code)
    assert "Paul Weber" in here.page.inner_text("main")


@pytest.mark.parametrize("mode", ["dark-phone"])
def test_staff_set_up_an_app_before_anything_else(visit: Visitor, mode: str) -> None:
    here = visit(mode)
    here.sign_in(MARA)
    in_english(here)
    assert here.page.url.endswith("/accounts/security/")
    here.look("second-key-needed")
    here.page.get_by_role("link", name="Set up an app").click()
    here.look("app")
    secret = here.page.inner_text("#secret")
    with here.page.expect_navigation(url="**/recovery/"):
        here.page.get_by_label("code").fill(one_time_password(secret))
    here.look("recovery-codes")
    here.page.get_by_role("link", name="I have kept them").click()
    assert "Mara" in here.page.inner_text("main")


def test_a_passkey_is_all_one_needs(visit: Visitor) -> None:
    here = visit()
    chrome = here.page.context.new_cdp_session(here.page)
    chrome.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    chrome.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**key, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    here.sign_in(OMAR)
    in_english(here)
    here.page.get_by_role("link", name="Add a passkey").click()
    here.look("passkey")
    here.page.get_by_label("Name").fill("my laptop")
    with here.page.expect_navigation(url="**/recovery/"):
        here.page.get_by_role("button", name="Add").click()
    here.go("/accounts/security/")
    here.look("security-with-passkey")
    here.page.locator("details.menu > summary").last.click()
    here.page.get_by_role("button", name="Sign out").click()
    here.page.wait_for_url("**/login/**")
    with here.page.expect_navigation(url=f"{here.house.address}/"):
        here.page.get_by_role("button", name="Use a passkey").click()
    assert "Omar" in here.page.inner_text("main")


def test_a_lost_phone_is_signed_out_from_another(visit: Visitor) -> None:
    here, lost = visit(), visit("light-phone")
    here.sign_in(OTHER_PROVIDER)
    lost.sign_in(OTHER_PROVIDER)
    lost.go("/accounts/sessions/")
    here.go("/accounts/sessions/")
    here.look("two-devices")
    here.page.locator("main form").first.get_by_role("button").click()
    here.page.wait_for_load_state("networkidle")
    lost.go("/")
    assert "/accounts/login/" in lost.page.url
    here.go("/")
    assert "/accounts/login/" not in here.page.url


def test_the_keyboard_reaches_the_content_first_and_the_theme_can_be_switched(visit: Visitor) -> None:
    here = visit()
    here.go("/accounts/inactive/")
    here.page.keyboard.press("Tab")
    assert here.page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    here.page.locator("[data-switch-theme]").click()
    assert here.page.get_attribute("html", "data-bs-theme") == "dark"
    here.page.reload()
    assert here.page.get_attribute("html", "data-bs-theme") == "dark"


def test_the_first_load_is_light(visit: Visitor) -> None:
    here = visit()
    chrome = here.page.context.new_cdp_session(here.page)
    chrome.send("Network.enable")
    loaded: list[float] = []
    chrome.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
    here.go("/accounts/login/")
    here.page.wait_for_load_state("networkidle")
    assert sum(loaded) < MOST_BYTES, f"{sum(loaded):.0f} bytes"
