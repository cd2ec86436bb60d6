"""Pages as people use them: accessible in four modes, without a complaint, changing by themselves."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, Visitor
from tests.browser.test_signin import ANNA, MOST_BYTES, in_english, one_time_password

MODES = ("light-desktop", "light-phone", "dark-desktop", "dark-phone")
GIULIA, MILO = "+41795550301", "+41795550907"
PDF = b"%PDF-1.7\n" + b"1 0 obj <<>> endobj\n" * 20 + b"trailer\n%%EOF\n"


def member(visit: Visitor, phone: str) -> Visit:
    """A member who has signed in and reads English."""
    here = visit()
    here.sign_in(phone)
    in_english(here)
    return here


def handler(visit: Visitor) -> Visit:
    """Milo, who has set up his app."""
    here = visit()
    here.sign_in(MILO)
    in_english(here)
    here.page.get_by_role("link", name="Set up an app").click()
    secret = here.page.inner_text("#secret")
    with here.page.expect_navigation(url="**/recovery/"):
        here.page.get_by_label("code").fill(one_time_password(secret))
    return here


def test_a_member_looks_around_in_every_mode(visit: Visitor) -> None:
    first = member(visit, ANNA)
    stay = first.page.get_by_role("link", name="Hôpital du Lac").last.get_attribute("href") or ""
    clara = first.page.get_by_role("link", name="Clara").get_attribute("href") or ""
    pages = {
        "member-home": "/", "member-claim": stay, "member-private": clara, "member-bills": "/claims/",
        "choose": "/bills/", "bill": "/bills/",
    }  # fmt: skip
    for mode in MODES:
        here = visit(mode)
        here.as_in(first)
        for name, path in pages.items():
            here.go(path)
            if name == "bill":
                here.page.get_by_role("link", name="Anna").last.click()
            here.look(name)
    assert "Clara's care is private" in visit_text(first, clara)


def visit_text(here: Visit, path: str) -> str:
    """The words of a page."""
    here.go(path)
    return here.page.inner_text("main")


def test_the_ladder_leads_from_what_was_charged_to_what_is_mine(visit: Visitor) -> None:
    here = member(visit, ANNA)
    here.page.get_by_role("link", name="Hôpital du Lac").last.click()
    rungs = here.page.locator(".ladder > li").all_inner_texts()
    assert rungs[0].startswith("Charged")
    assert any(rung.startswith("Basic") or "Ultra Varia" in rung for rung in rungs)
    assert rungs[-1].startswith("You bear")
    assert here.page.locator(".clause").count() >= 3


@pytest.mark.parametrize("mode", ["light-phone"])
def test_a_bill_is_sent_from_a_phone_and_a_draft_waits_on_another_device(visit: Visitor, mode: str) -> None:
    first = member(visit, GIULIA)
    phone = visit(mode)
    phone.as_in(first)
    phone.go("/bills/")
    phone.page.get_by_role("link", name="Giulia").last.click()
    phone.page.locator("#file-bill").set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"just words"}
    )
    expect(phone.page.get_by_text("This is no PDF and no photo")).to_be_visible()
    phone.complaints.clear()  # the browser notes the refusal in its console
    phone.page.get_by_role("button", name="Remove notes.txt").click()
    phone.page.locator("#file-bill").set_input_files(
        {"name": "ticket.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    expect(phone.page.get_by_text("ticket.pdf", exact=True)).to_be_visible()
    phone.page.get_by_label("What was done?").select_option(
        label="Magnetic resonance imaging (including MR angiography)"
    )
    phone.page.get_by_label("Amount in EUR").fill("36,15")
    expect(phone.page.locator("#kept")).to_contain_text("Draft kept")
    phone.look("bill-draft")
    first.go(phone.page.url.removeprefix(first.house.address))
    assert first.page.get_by_label("Amount in EUR").input_value() == "36,15"
    assert first.page.get_by_text("ticket.pdf", exact=True).is_visible()
    phone.page.get_by_role("button", name="Send", exact=True).click()
    expect(phone.page.get_by_text("The bill is not sent yet.")).to_be_visible()
    phone.complaints.clear()  # likewise for a form that was not taken
    phone.look("bill-wrong")
    phone.page.get_by_label("On which day?").fill(phone.page.get_by_label("On which day?").get_attribute("max") or "")
    phone.page.get_by_role("button", name="Send", exact=True).click()
    expect(phone.page.get_by_text("We have your bill")).to_be_visible()
    phone.look("bill-sent")
    assert re.search(r"/claims/[0-9a-f-]{36}/$", phone.page.url)


def test_a_page_changes_by_itself_when_a_person_decides(visit: Visitor) -> None:
    giulia, milo = member(visit, GIULIA), handler(visit)
    milo.go("/desk/?for=")
    milo.page.locator("tr", has_text="ticket) or a private fee").get_by_role("link", name="Giulia Rossi").first.click()
    claim = milo.page.url.split("/")[-2]
    giulia.go(f"/claims/{claim}/")
    pill = giulia.page.locator(".claim-head .status")
    expect(pill).to_have_text("Document missing")
    home = visit("light-phone")
    home.as_in(giulia)
    home.go("/")
    row = home.page.locator("tr", has=home.page.locator(f'a[href$="{claim}/"]')).locator(".status")
    expect(row).to_have_text("Document missing")
    for mode in MODES:
        there = visit(mode)
        there.as_in(milo)
        for name, path in (("house", "/"), ("worklist", "/desk/?for="), ("desk", f"/desk/claims/{claim}/"),
                           ("reverse", f"/desk/claims/{claim}/reverse/")):  # fmt: skip
            there.go(path)
            there.look(name)
    milo.page.get_by_label("Is the amount the public patient charge").select_option(label="Private fee")
    milo.page.get_by_role("button", name="State it and decide").click()
    expect(pill).to_have_text("Not reimbursed", timeout=10_000)
    expect(giulia.page.locator("#live-said")).to_have_text("This page has changed.")
    expect(row).to_have_text("Not reimbursed", timeout=10_000)
    giulia.look("claim-after")


def test_the_first_load_of_a_members_home_is_light(visit: Visitor) -> None:
    first = member(visit, ANNA)
    here = visit()
    here.as_in(first)
    chrome = here.page.context.new_cdp_session(here.page)
    chrome.send("Network.enable")
    loaded: list[float] = []
    chrome.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
    here.go("/")
    here.settle()
    here.page.wait_for_timeout(500)
    assert 50_000 < sum(loaded) < MOST_BYTES, f"{sum(loaded):.0f} bytes"
