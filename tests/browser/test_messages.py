"""A person's messages and their mails in the browser."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

import outbox
from outbox.models import Message
from tests.factories import make_administrator, make_user

pytestmark = pytest.mark.django_db(transaction=True)

LONG = "样例：《关于组织开展上海市质量管理小组活动骨干培训与诊断师资格考评暨质量信得过班组建设经验交流会议的通知》已退回修改"


@pytest.fixture
def enter(client, live_server):
    """A function that signs ``user`` in, in the browser of a page."""

    def sign_in(page, user):
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        cookies = {settings.SESSION_COOKIE_NAME: session, "signed_in": "1"}
        page.context.add_cookies(
            [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
        )

    return sign_in


def fill(person):
    for number in range(24):
        outbox.send(
            to=person,
            key=f"sample:{number}",
            subject=LONG if number % 3 else f"样例主题{number}",
            body="退回意见：样例，请补充附件中的表格。\n请于周五前改好。" if number % 2 else "样例正文。",
            url="/notices/" if number % 2 else "",
        )
    Message.objects.filter(key__in=[f"sample:{number}" for number in range(20)]).mark_read()


def test_the_page_is_accessible_and_holds_its_width(page, phone, enter, assert_accessible):
    person = make_user(name="样例人员")
    for window in (page, phone):
        enter(window, person)
        window.goto("/messages/")
        expect(window.get_by_text("目前没有发给您的消息。")).to_be_visible()
        assert_accessible(window)
    fill(person)
    for window in (page, phone):
        for address in ("/messages/", "/messages/?page=2", f"/messages/{Message.objects.get(key='sample:0').pk}/"):
            window.goto(address)
            assert_accessible(window)
            assert window.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_it_is_accessible_in_the_dark_and_in_the_largest_type(open_browser, enter, assert_accessible):
    page, person = open_browser(color_scheme="dark"), make_user()
    fill(person)
    enter(page, person)
    page.goto("/messages/?zihao=teda")
    assert_accessible(page)
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_opening_and_marking(page, enter):
    person = make_user(name="样例人员")
    fill(person)
    enter(page, person)
    page.goto("/")
    page.get_by_role("link", name="消息").click()
    expect(page.get_by_role("status").filter(has_text="4 条未读消息")).to_be_visible()
    page.get_by_role("link", name=LONG).first.click()
    expect(page).to_have_url(re.compile("/notices/$"))
    page.go_back()
    page.reload()
    expect(page.get_by_role("status").filter(has_text="3 条未读消息")).to_be_visible()
    page.get_by_role("button", name="全部标为已读").click()
    expect(page.get_by_text("没有未读消息。")).to_be_visible()
    expect(page.get_by_text("未读", exact=True)).to_have_count(0)


def test_an_administrator_reads_the_mails_in_the_admin(page, phone, enter):
    administrator = make_administrator(email="administrator@example.org")
    fill(administrator)
    for window in (page, phone):
        enter(window, administrator)
        window.goto("/admin/outbox/message/")
        expect(window.get_by_role("link", name="消息（4 条未读）")).to_be_visible()
        window.get_by_role("link", name=LONG).first.click()
        expect(window.get_by_text("administrator@example.org").first).to_be_visible()
        expect(window.get_by_text("/messages/").first).to_be_visible()
        assert window.evaluate("document.documentElement.scrollWidth <= innerWidth")
