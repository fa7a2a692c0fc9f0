"""What the small scripts of every page do, and that nothing is lost without them."""

import re

from playwright.sync_api import expect

from tests.factories import make_administrator, make_user

MISSING = "/no-such-page/?year=2025"


def sign_in(page, live_server, client, user):
    client.force_login(user)
    cookies = [("sessionid", client.cookies["sessionid"].value), ("signed_in", "1")]
    page.context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in cookies])


def test_the_reading_size_changes_at_once_and_is_remembered(page):
    page.goto(MISSING)
    page.get_by_role("link", name="特大字号").click()
    expect(page.locator("html")).to_have_attribute("data-zihao", "teda")
    page.goto(MISSING)
    expect(page.locator("html")).to_have_attribute("data-zihao", "teda")
    expect(page.get_by_role("link", name="特大字号")).to_have_attribute("aria-current", "true")


def test_the_reading_size_works_without_scripts(open_browser):
    page = open_browser(java_script_enabled=False)
    page.goto(MISSING)
    page.get_by_role("link", name="大字号", exact=True).click()
    expect(page).to_have_url(re.compile(r"/no-such-page/\?year=2025$"))
    expect(page.locator("html")).to_have_attribute("data-zihao", "da")


def test_visitors_see_the_way_in(page):
    page.goto(MISSING)
    expect(page.get_by_role("link", name="登录")).to_be_visible()


def test_a_reader_sees_the_own_name_and_the_way_out(page, live_server, client, transactional_db):
    sign_in(page, live_server, client, make_user(name="样例读者"))
    page.goto(MISSING)
    header = page.locator("header")
    expect(header.get_by_text("样例读者")).to_be_visible()
    expect(header.get_by_role("link", name="登录")).to_have_count(0)
    expect(header.get_by_role("link", name="管理")).to_have_count(0)
    header.get_by_role("button", name="退出").click()
    page.wait_for_load_state()
    assert "sessionid" not in {cookie["name"] for cookie in page.context.cookies()}


def test_staff_see_the_way_to_the_admin(page, live_server, client, transactional_db):
    sign_in(page, live_server, client, make_administrator())
    page.goto(MISSING)
    expect(page.locator("header").get_by_role("link", name="管理")).to_have_attribute("href", "/admin/")


def test_missing_pages_are_accessible_at_every_width_and_size(page, assert_accessible):
    for width in (320, 390, 1024, 1440):
        for size in ("biaozhun", "teda"):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"{MISSING}&zihao={size}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, size)
            assert_accessible(page)
