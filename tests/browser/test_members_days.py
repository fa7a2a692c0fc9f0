"""Days of members and of staff, played through as they happen: by people in windows of their own."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from members import check_in
from members.models import Activity, SignUp
from outbox.models import Message
from tests.browser.conftest import PHONE
from tests.factories import make_affiliation, make_open_activity, make_organisation, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

PASSWORD = "a long password 9"


def sign_in(window, user, through=None):
    """Sign ``user`` in by the form, from the page that ``through`` (a locator) leads to it from."""
    window.goto("/accounts/login/") if through is None else through.click()
    window.get_by_label("用户名、邮箱或手机号").fill(user.phone or user.username)
    window.locator("[name=password]").fill(PASSWORD)
    window.locator("main button[type=submit]").click()


def agree_and_submit(window, button):
    window.get_by_label("我已阅读并同意").check()
    window.get_by_role("button", name=button).click()


def state_of(window, words):
    expect(window.locator("main .badge", has_text=words).first).to_be_visible()


def test_a_members_day(open_browser, page, assert_accessible):
    organisation = make_organisation(name="样例机械厂")
    member = make_user(name="样例会员", phone="13900000001", email="member@example.org", password=PASSWORD)
    other = make_user(name="样例同行", phone="13900000002", password=PASSWORD)
    staff = make_user(name="样例工作人员", username="staff", password=PASSWORD, is_staff=True, is_superuser=True)
    for person in (member, other):
        make_affiliation(organisation, person)
    activity = make_open_activity(
        title="样例参观活动", sign_up_for="members", seats=1, accept_within_hours=24, place="样例厂区"
    )
    window = open_browser(**PHONE)

    # Another one is faster.
    page.goto(activity.get_absolute_url())
    sign_in(page, other, through=page.get_by_role("link", name="我要报名"))
    agree_and_submit(page, "提交报名")
    state_of(page, "已报名")

    # The member reads the page, signs in on the way, and waits.
    window.goto(activity.get_absolute_url())
    assert_accessible(window)
    sign_in(window, member, through=window.get_by_role("link", name=re.compile("候补")))
    assert_accessible(window)
    agree_and_submit(window, "登记候补")
    state_of(window, "候补中")
    expect(window.get_by_text("前面还有 0 人").or_(window.get_by_text("您是第一位"))).to_be_visible()

    # The other one cancels; the member is told, and accepts in time.
    page.get_by_role("link", name="取消报名").click()
    page.get_by_label("原因").fill("样例原因：出差")
    page.get_by_role("button", name="取消报名").click()
    expect(page.get_by_text("报名已取消。")).to_be_visible()
    assert Message.objects.filter(to=member, subject__contains="样例参观活动").count() == 2
    window.goto("/me/")
    assert_accessible(window)
    window.get_by_role("link", name="样例参观活动").first.click()
    window.goto(f"/activities/{activity.pk}/sign-up/")
    window.get_by_role("button", name="确认").click()
    state_of(window, "已报名")

    # The ticket, and the calendar on the member's telephone.
    sign_up = SignUp.objects.get(person=member)
    code = check_in.code_of(sign_up)
    expect(window.get_by_text(code)).to_be_visible()
    assert_accessible(window)
    window.goto("/me/calendar/")
    assert_accessible(window)
    window.get_by_role("button", name="生成订阅地址").click()
    feed = window.get_by_label("日历订阅地址").input_value()
    answer = window.request.get(feed[feed.index("/me/") :])
    assert "样例参观活动" in answer.text()

    # At the door.
    Activity.objects.filter(pk=activity.pk).update(starts_at=timezone.now() + timedelta(hours=1))
    door = open_browser(**PHONE)
    sign_in(door, staff)
    door.goto(f"/activities/{activity.pk}/check-in/")
    assert_accessible(door)
    for words in ("已签到", "此前已签到"):  # a second time nothing changes
        door.get_by_label(re.compile("签到码")).fill(code.lower())
        door.get_by_role("button", name="签到", exact=True).click()
        expect(door.locator(".door-result")).to_contain_text(words)
        expect(door.locator(".door-result")).to_contain_text("样例会员")
    assert_accessible(door)
    sign_up.refresh_from_db()
    assert sign_up.checked_in_by == staff


def test_a_contacts_day(page, assert_accessible):
    organisation = make_organisation(name="样例化工厂")
    contact = make_user(name="样例联系人", phone="13900000003", password=PASSWORD)
    make_affiliation(organisation, contact, role="contact")
    colleagues = [make_user(name=f"样例同事{letter}") for letter in "甲乙丙"]
    for colleague in colleagues:
        make_affiliation(organisation, colleague)
    activity = make_open_activity(title="样例培训", sign_up_for="members", seats=10, seats_per_organisation=2)

    page.goto(activity.get_absolute_url())
    sign_in(page, contact, through=page.get_by_role("link", name="我要报名"))
    assert_accessible(page)

    # Three are one too many; the ticks stay, and nobody is signed up.
    page.get_by_label("样例联系人").uncheck()
    for colleague in colleagues:
        page.get_by_label(colleague.name).check()
    agree_and_submit(page, "提交报名")
    expect(page.get_by_role("alert")).to_contain_text("每家单位限报 2 人")
    assert_accessible(page)
    assert not SignUp.objects.exists()
    for colleague in colleagues:
        expect(page.get_by_label(colleague.name)).to_be_checked()

    # Two are welcome, each is told once.
    page.get_by_label(colleagues[2].name).uncheck()
    agree_and_submit(page, "提交报名")
    state_of(page, "已报名")
    assert set(SignUp.objects.values_list("person__name", flat=True)) == {"样例同事甲", "样例同事乙"}
    assert set(SignUp.objects.values_list("signed_up_by", flat=True)) == {contact.pk}
    assert [Message.objects.filter(to=colleague).count() for colleague in colleagues] == [1, 1, 0]

    # One falls ill: the contact cancels for him and signs the third one up.
    ill = SignUp.objects.get(person=colleagues[0])
    page.locator(f"#sign-up-{ill.pk}").get_by_role("link", name="取消报名").click()
    page.get_by_role("button", name="取消报名").click()
    expect(page.get_by_text("报名已取消。")).to_be_visible()
    page.get_by_label("样例联系人").uncheck()
    page.get_by_label(colleagues[2].name).check()
    agree_and_submit(page, "提交报名")
    expect(page.get_by_role("status").first).to_contain_text("已提交 1 人的报名")
    live = SignUp.objects.live().values_list("person__name", flat=True)
    assert set(live) == {"样例同事乙", "样例同事丙"}
