"""The admin's first page in the browser: sound for everybody, in both themes, within its policy."""

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from publishing.models import StaffNote
from tests.factories import make_administrator, make_article, make_notice

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def enter(client, live_server):
    """A function that opens the dashboard in a page, signed in as an administrator."""

    def open_dashboard(page):
        client.force_login(make_administrator(name="样例管理员"))
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url, "httpOnly": True}]
        )
        page.goto("/admin/")

    return open_dashboard


def fill():
    article = make_article(title="样例：四十个字的标题在工作台上换行以后仍然完整显示不会撑破面板也不会盖住旁边的内容")
    StaffNote.objects.create(dossier=article.dossier, code=StaffNote.Code.UNKNOWN_DATE)
    make_notice(objections_until=timezone.localdate())


def test_the_dashboard_is_accessible_and_holds_its_width(page, phone, enter, assert_accessible):
    fill()
    for window in (page, phone):
        enter(window)
        expect(window.get_by_role("heading", name="待核对")).to_be_visible()
        assert_accessible(window)
        assert window.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_switch_of_the_admin_darkens_the_page(page, enter):
    fill()
    enter(page)
    grounds = set()
    for _ in range(3):  # by the system, light, dark
        grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        page.locator(".theme-toggle").first.click()
    assert grounds == {"rgb(255, 255, 255)", "rgb(15, 27, 32)"}


def test_dark_by_the_system_is_accessible(open_browser, enter, assert_accessible):
    page = open_browser(color_scheme="dark")
    fill()
    enter(page)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 27, 32)"
    assert_accessible(page)
