"""A real Chromium on the live server. A page fails its test by what a person would not see as well: an error of a script,
a violation of the content security policy, a request that failed, a request to another host.

    def test_the_menu_opens(page):
        page.goto("/")
        page.get_by_role("button", name="菜单").click()

Never use ``page.wait_for_function`` or ``add_script_tag``: our policy forbids what they do. ``expect(…)`` waits as well.
"""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from tests.browser import chromium as chromium_on_this_machine

# Playwright's synchronous interface runs an event loop in this thread, which Django would take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
expect.set_options(timeout=10_000)

HERE = os.path.dirname(__file__)
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}


def pytest_collection_modifyitems(items):
    for item in items:
        if str(item.path).startswith(HERE):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def chromium():
    """The browser, one for the whole run."""
    if sentence := chromium_on_this_machine.what_is_missing():
        pytest.fail(sentence) if os.environ.get("CI") == "true" else pytest.skip(sentence)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_on_this_machine.find())
        yield browser
        browser.close()


@pytest.fixture
def problems():
    """What went wrong behind the pages of this test, as sentences. A test that provokes one looks and clears the list."""
    found = []
    yield found
    if found:
        pytest.fail("Behind the page:\n" + "\n".join(found), pytrace=False)


@pytest.fixture
def open_browser(chromium, live_server, problems):
    """A function that gives a new page in a browser of its own: ``open_browser(**options of Playwright's context)``."""
    contexts = []

    def open_page(**options):
        context = chromium.new_context(
            base_url=live_server.url, locale="zh-CN", timezone_id="Asia/Shanghai", **{**DESKTOP, **options}
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        watch(context, live_server.url, problems)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_browser):
    """A page in a window of 1440 × 900."""
    return open_browser()


@pytest.fixture
def phone(open_browser):
    """A page on a telephone, 390 pixels wide."""
    return open_browser(**PHONE)


@pytest.fixture
def assert_accessible():
    """A function that fails with a report if axe finds a violation on the page it is given, or ``within`` a part of it."""

    def check(page, within="html", but=()):
        """but: selectors of parts that are not ours to mend."""
        page.wait_for_load_state()  # a click waits for the next page to begin, not to be read
        results = Axe().run(page, context={"include": [[within]], "exclude": [[selector] for selector in but]})
        assert not results.violations_count, f"{page.url}\n{results.generate_report()}"

    return check


def watch(context, origin, problems):
    """Write down in ``problems`` (list of str) what goes wrong on any page of ``context``."""

    def on_console(message):
        # What could not be loaded is known from its response; the page itself may be meant to be a 404.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            problems.append(f"console: {message.text}")

    def on_request(request):
        if not request.url.startswith((origin + "/", "data:", "blob:", "about:")):
            problems.append(f"request to another host: {request.url}")

    def on_response(response):
        # A test may well ask for a page that is missing or forbidden, never for one that breaks.
        if response.status >= (500 if response.request.is_navigation_request() else 400):
            problems.append(f"answered {response.status}: {response.url}")

    def on_request_failed(request):
        # Aborted is what a page being left, or a download being begun, does to its requests.
        if request.failure != "net::ERR_ABORTED":
            problems.append(f"request failed, {request.failure}: {request.url}")

    context.on("console", on_console)
    context.on("weberror", lambda error: problems.append(f"script: {error.error}"))
    context.on("request", on_request)
    context.on("response", on_response)
    context.on("requestfailed", on_request_failed)
