"""Look at the pages in a real browser, at the width of a desk and of a telephone."""

import os
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from hansa.areas.studies.states import State
from tests.web import abroad
from tests.web import house as build

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
PASSWORD = "seven ships on the Spree"
WIDTHS, LANGUAGES = (1280, 375), ("en", "de", "sv")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
# The least contrast of WCAG 2.2, level AA: 4.5 for text, 3 for large text.
CONTRAST = """
const channel = (c) => { c /= 255; return c <= 0.03928 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4); };
const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const parts = (text) => text.match(/[\\d.]+/g).map(Number);
const ground = (node) => {
  for (; node; node = node.parentElement) {
    const c = parts(getComputedStyle(node).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c;
  }
  return [255, 255, 255];
};
const faults = [];
for (const node of document.querySelectorAll('body *')) {
  const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  const box = node.getBoundingClientRect();
  if (!own || node.closest('svg') || !box.width || box.right < 0) continue;
  const style = getComputedStyle(node);
  const [a, b] = [light(parts(style.color)), light(ground(node))].sort((x, y) => y - x);
  const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
  const ratio = (a + 0.05) / (b + 0.05);
  if (ratio >= (large ? 3 : 4.5)) continue;
  faults.push(`${node.tagName} "${node.textContent.trim().slice(0, 30)}" ${ratio.toFixed(2)}`);
}
return faults;
"""
# What sticks out of the page, unless it scrolls inside a frame of its own.
OVERFLOW = """
const wide = document.documentElement.clientWidth;
const inside = (node) => node.closest('.scroll, .long-text, .hidden-text, .skip');
return [...document.querySelectorAll('body *')]
  .filter((n) => !inside(n) && !n.closest('svg') && n.getBoundingClientRect().right > wide + 1)
  .map((n) => `${n.tagName}.${n.className} ${Math.round(n.getBoundingClientRect().right)}`);
"""


@pytest.fixture(scope="module")
def browser():
    if not (CHROMIUM and DRIVER):
        told = "The pages are looked at in Chromium: apt-get install chromium chromium-driver"
        pytest.fail(told) if os.environ.get("HANSA_TEST_ALL") else pytest.skip(told)
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = CHROMIUM
    profile = tempfile.mkdtemp(prefix="hansa-chromium-")
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.set_page_load_timeout(30)
    driver.implicitly_wait(5)
    yield driver
    driver.quit()
    shutil.rmtree(profile, ignore_errors=True)


@pytest.fixture
def house(transactional_db, person):
    partners = build.partners()
    agreement = build.agreement()
    studies = {state: build.study(agreement, state) for state in State}
    build.run_round(studies[State.RUNNING])
    build.dataset()
    ada = person(
        "administrator",
        "auditor",
        "steward",
        "investigator",
        "coordinator",
        "signatory",
        "officer",
        "department",
        "participant",
        username="ada",
        name="Professor Adele Brandt",
        password=PASSWORD,
    )
    made = abroad.fill(agreement, ada)
    return SimpleNamespace(partners=partners, agreement=agreement, studies=studies, ada=ada, exchange=made)


@pytest.fixture(scope="module")
def shots():
    """Return where pictures of the pages are kept, for people to look at; None unless HANSA_SCREENSHOTS says."""
    if not os.environ.get("HANSA_SCREENSHOTS"):
        return None
    directory = Path(os.environ["HANSA_SCREENSHOTS"])
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def resize(browser, width):
    """Give the page itself the wanted width; a window of Chromium is never narrower than 500."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600},
    )


def picture(browser, shots, name):
    """Take a picture of the whole page, where somebody asked for them."""
    if shots is None:
        return
    import base64

    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
    (shots / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))


def sign_in(browser, address):
    """Sign in as a person does, with the keyboard."""
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    browser.get(f"{address}/login/")
    browser.delete_all_cookies()
    browser.get(f"{address}/login/")
    browser.find_element(By.NAME, "username").send_keys("ada")
    browser.find_element(By.NAME, "password").send_keys(PASSWORD + Keys.RETURN)


@pytest.fixture
def desk(browser, live_server, house, shots):
    """Return browser, node, house and the place for pictures."""
    return browser, live_server, house, shots


def pages(house):
    """Return the pages that are looked at, by the name of their picture."""
    study = {state: f"/studies/{house.studies[state].pk}/" for state in State}
    return {
        "home": "/",
        "memorandum": f"/agreements/{house.agreement.pk}/",
        "partners": "/partners/",
        "partner": f"/partners/{house.partners[0].pk}/",
        "people": "/people/",
        "account": f"/people/{house.ada.pk}/",
        "studies": "/studies/",
        "study-proposed": study[State.PROPOSED],
        "study-running": study[State.RUNNING],
        "study-released": study[State.RELEASED],
        "report": study[State.RELEASED] + "report/",
        "approve": study[State.PROPOSED] + "approve/",
        "refused": study[State.RELEASED] + "approve/",
        "propose": "/studies/propose/",
        "ledger": "/ledger/",
        **{address.strip("/").partition("?")[0].replace("/", "-"): address for address in of_exchange(house.exchange)},
    }


def of_exchange(made):
    """Return the pages of exchange that are looked at: the lists, the overviews, the forms, and one of each state."""
    held = {(record.noun, record.state): record for record in (*made.stays.values(), *made.plans, *made.checks)}
    held |= {(kind, row.title): row for kind in ("calls", "offers", "iias") for row in getattr(made, kind)}
    held |= {(kind, ""): getattr(made, kind)[0] for kind in ("applications", "messages", "mailings", "profiles")}
    details = [f"/{record.noun}/{record.pk}/" for record in held.values()]
    return [*(f"/{noun}/" for noun in abroad.LISTS), *abroad.OVERVIEWS, *details, *abroad.forms(made)]


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_fit_their_width_and_can_be_read_by_day_and_night(desk, language):
    browser, live_server, house, shots = desk
    with build.given():
        house.ada.language = language
        house.ada.save()
    resize(browser, WIDTHS[0])
    sign_in(browser, live_server.url)
    for name, address in pages(house).items():
        browser.get(live_server.url + address)
        for width in WIDTHS:
            resize(browser, width)
            picture(browser, shots, f"{name}-{width}-{language}")
            assert (name, width, browser.execute_script(OVERFLOW)) == (name, width, [])
            assert (name, width, browser.execute_script(CONTRAST)) == (name, width, [])
        lit(browser, "dark")
        picture(browser, shots, f"{name}-night-{language}")
        assert (name, "night", browser.execute_script(CONTRAST)) == (name, "night", [])
        lit(browser, "light")
    told = [entry["message"] for entry in browser.get_log("browser") if "409" not in entry["message"]]
    assert told == []


def lit(browser, scheme):
    """Tell the browser whether people want pages light or dark."""
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )


@pytest.mark.slow
def test_pages_can_be_used_with_the_keyboard_alone(browser, live_server, house):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    resize(browser, 1280)
    sign_in(browser, live_server.url)
    study = house.studies[State.PROPOSED]

    browser.get(f"{live_server.url}/studies/{study.pk}/decline/")
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    first = browser.switch_to.active_element.get_attribute("class")
    browser.find_element(By.NAME, "reason").send_keys("The ethics vote names another protocol.")
    browser.find_element(By.CSS_SELECTOR, "button.main").send_keys(Keys.RETURN)

    told = browser.find_element(By.CSS_SELECTOR, ".notice").text
    study.refresh_from_db()
    assert (first, told, study.state) == ("skip", "Done: Decline the study.", State.DECLINED)
