"""Signing up in the browser: the box that a script makes the reader's own, the form, the way back, one's own page."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from tests.factories import (
    make_administrator,
    make_affiliation,
    make_open_activity,
    make_organisation,
    make_question,
    make_sign_up,
    make_user,
)

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "样例：质量月期间组织会员单位质量负责人赴样例园区开展现场管理与质量信得过班组建设参观交流活动"


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


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_person_signs_up_and_cancels_on_a_telephone(phone, enter, assert_accessible):
    activity, person = make_open_activity(title=TITLE, seats=40), make_user(name="样例本人")
    enter(phone, person)
    phone.goto(activity.get_absolute_url())
    assert_accessible(phone)
    phone.get_by_role("link", name="我要报名").click()
    assert_accessible(phone)
    phone.get_by_label("我已阅读并同意").check()
    phone.get_by_role("button", name="提交报名").click()
    expect(phone.locator(".standing").get_by_text("已报名")).to_be_visible()
    assert_accessible(phone)
    assert fits(phone)

    phone.goto(activity.get_absolute_url())
    box = phone.locator(".signup")
    expect(box.get_by_text("已报名")).to_be_visible()
    expect(box.get_by_role("link", name="我要报名")).to_have_count(0)
    assert_accessible(phone)
    box.get_by_role("link", name="取消报名").click()
    assert_accessible(phone)
    phone.get_by_label("原因（选填）").fill("样例原因")
    phone.get_by_role("button", name="取消报名").click()
    expect(phone.get_by_text("报名已取消。")).to_be_visible()
    phone.goto(activity.get_absolute_url())
    expect(phone.get_by_role("link", name="我要报名")).to_be_visible()


def test_a_contact_signs_up_colleagues_with_their_answers(page, enter, assert_accessible):
    contact, organisation = make_user(name="样例联系人"), make_organisation()
    make_affiliation(organisation, contact, role="contact")
    for name in ("样例同事甲", "样例同事乙"):
        make_affiliation(organisation, make_user(name=name))
    activity = make_open_activity(title=TITLE, sign_up_for="members")
    make_question(activity, "样例：是否用餐？")
    enter(page, contact)
    page.goto(f"{activity.get_absolute_url()}sign-up/")
    assert_accessible(page)
    page.get_by_label("样例联系人").uncheck()
    page.get_by_label("样例同事甲").check()
    page.get_by_label("样例同事乙").check()
    page.get_by_role("button", name="下一步").click()
    assert_accessible(page)
    page.get_by_label("我已阅读并同意").check()
    for answer in page.get_by_label("样例：是否用餐？").all():
        answer.fill("样例回答")
    page.get_by_role("button", name="提交报名").click()
    expect(page.get_by_text("已提交 2 人的报名。")).to_be_visible()
    expect(page.locator(".standing")).to_have_count(2)
    assert_accessible(page)


def test_without_scripts_the_form_says_it_all(open_browser, enter):
    page, person = open_browser(java_script_enabled=False), make_user()
    activity = make_open_activity(seats=1)
    make_sign_up(activity)
    enter(page, person)
    page.goto(activity.get_absolute_url())
    page.get_by_role("link", name="登记候补（前面 0 人）").click()
    page.get_by_label("我已阅读并同意").check()
    page.get_by_role("button", name="登记候补").click()
    expect(page.locator(".standing").get_by_text("前面还有 0 人。")).to_be_visible()


def test_the_box_and_lists_are_accessible_in_every_state(page, phone, assert_accessible):
    now = timezone.now()
    full = make_open_activity(title=TITLE, seats=1)
    make_sign_up(full)
    scarce = make_open_activity(title=TITLE, seats=2)
    make_sign_up(scarce)
    cancelled = make_open_activity(title=TITLE)
    cancelled.call_off("样例原因：天气不适宜。", by=make_administrator())
    moved = make_open_activity(title=TITLE, place="样例旧址")
    moved.place = "样例新址"
    moved.change_at_once(["place"], by=make_administrator())
    not_open = make_open_activity(title=TITLE, sign_up_opens_at=now + timedelta(days=1))
    closed = make_open_activity(title=TITLE, sign_up_closes_at=now - timedelta(hours=1))
    for window in (page, phone):
        for activity in (full, scarce, cancelled, moved, not_open, closed):
            window.goto(activity.get_absolute_url())
            assert_accessible(window, within="main")
            assert fits(window)
        window.goto("/activities/")
        assert_accessible(window)
        assert fits(window)


def test_the_own_page_is_accessible_and_holds_its_width(page, phone, enter, assert_accessible):
    person = make_user(name="样例本人")
    organisation = make_organisation(people=[person])
    make_sign_up(make_open_activity(title=TITLE), person, organisation)
    full = make_open_activity(title=TITLE, seats=1)
    make_sign_up(full)
    make_sign_up(full, person)
    for window in (page, phone):
        enter(window, person)
        window.goto("/me/")
        expect(window.get_by_role("heading", name="待参加")).to_be_visible()
        assert_accessible(window)
        assert fits(window)
    page.goto("/")
    page.get_by_role("link", name="样例本人").click()
    expect(page).to_have_url(re.compile("/me/$"))
