"""The audit log in the browser: narrowed by a person who is found by typing, and exported."""

import pytest
from django.conf import settings
from django.db import transaction
from openpyxl import load_workbook
from playwright.sync_api import expect

import audit
from audit.actions import Action
from audit.models import Entry
from tests.factories import make_administrator, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def enter(client, live_server):
    """A function that opens the log in a page, signed in as an administrator."""

    def open_log(page):
        client.force_login(make_administrator(name="样例管理员"))
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url, "httpOnly": True}]
        )
        page.goto("/admin/audit/entry/")

    return open_log


def test_the_log_is_accessible_and_holds_its_width(page, phone, enter, assert_accessible):
    with transaction.atomic():
        audit.record(make_user(name="样例张三"), Action.RETURNED, item=7, reason="样例原因：" + "字" * 200)
    for window in (page, phone):
        enter(window)
        expect(window.get_by_role("heading", name="审计日志")).to_be_visible()
        assert_accessible(window, but=[".select2-selection__rendered"])  # a text field without a name, says Select2 4.0
        assert window.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_page_of_an_entry_is_accessible(page, enter, assert_accessible):
    enter(page)
    page.get_by_role("link", name="1", exact=True).click()
    expect(page.locator(".field-digest .readonly")).to_have_text(Entry.objects.get(number=1).digest)
    assert_accessible(page)


def test_a_person_is_found_by_typing_and_what_was_chosen_is_exported(page, enter):
    with transaction.atomic():
        audit.record(make_user(name="样例张三"), Action.PASSED, item=7)
        audit.record(make_user(name="样例李四"), Action.PASSED, item=8)
    enter(page)
    page.locator(".select2-selection").click()
    page.keyboard.type("李四")
    page.get_by_role("option", name="样例李四").click()
    page.get_by_role("button", name="筛选").click()
    rows = page.locator("#result_list tbody tr")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("样例李四")
    with page.expect_download() as download:
        page.get_by_role("button", name="导出 XLSX").click()
    sheet = load_workbook(download.value.path().open("rb")).active
    assert [row[3] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["样例李四"]
