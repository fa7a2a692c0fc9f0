"""A staff member's day with an activity: set it up, let people in, move it, take the list out, check in, report."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import expect

from audit.models import Entry
from members.models import Activity, SignUp
from news.models import Article
from outbox.models import Message
from publishing import roles
from tests.browser.test_editing import editor
from tests.browser.test_editors_day import desk, told  # noqa: F401 a fixture
from tests.factories import make_column, make_organisation, make_sign_up, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def test_a_staff_members_day(desk, assert_accessible, tmp_path):  # noqa: F811
    make_column("members", title="样例活动栏目")
    person = make_user(name="样例报名人", phone="13900000001")
    organisation = make_organisation(name="样例仪表厂", people=[person])
    page = desk(roles.PUBLISHER, "样例发布员")

    # Set up in the form, with sign-up, and published.
    page.goto("/admin/members/activity/add/")
    page.locator("#id_title").fill("样例：走进先进制造企业")
    page.locator(".field-column .select2-selection").click()
    page.get_by_role("option", name="样例活动栏目").click()
    editor(page)
    day = timezone.localdate() + timedelta(days=14)
    page.locator("#id_starts_at_0").fill(f"{day:%Y-%m-%d}")
    page.locator("#id_starts_at_1").fill("13:30")
    page.locator("#id_place").fill("样例旧址")
    page.locator("#id_takes_sign_ups").check()
    page.get_by_label("由协会逐一确认").check()
    page.locator("#id_seats").fill("1")
    page.locator("[name=_publish]").click()
    told(page, "已发布")
    activity = Activity.objects.get()
    assert (activity.takes_sign_ups, activity.approval, activity.seats) == (True, "staff", 1)
    row = make_sign_up(activity, person, organisation)

    # The list says that somebody waits for a confirmation; the roster lets him in.
    page.goto("/admin/members/activity/?signing_up=pending")
    page.get_by_role("link", name=re.compile("待确认 1 人")).click()
    expect(page.get_by_text("样例仪表厂", exact=True).last).to_be_visible()
    assert_accessible(page, within="#content-main")
    page.get_by_role("button", name="确认: 样例报名人", exact=True).click()
    assert_accessible(page, within="#content-main")
    page.get_by_role("button", name="确认", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("已完成 1 人")
    row.refresh_from_db()
    assert row.state == SignUp.State.CONFIRMED

    # The place changes: the form says how many were told.
    page.goto(f"/admin/members/activity/{activity.pk}/change/")
    editor(page)
    page.locator("#id_place").fill("样例新址")
    page.get_by_role("button", name="保存草稿").click()
    told(page, "已把变动通知 1 位报名人")
    assert "样例新址" in Message.objects.filter(to=person).latest("pk").body

    # The list goes out, with a column less; the log knows.
    page.get_by_role("link", name="报名名单").click()
    page.get_by_role("link", name="导出").click()
    assert_accessible(page, within="#content-main")
    page.get_by_label("席位").uncheck()
    with page.expect_download() as download:
        page.get_by_role("button", name="下载").click()
    download.value.save_as(tmp_path / "list.xlsx")
    head, line = load_workbook(tmp_path / "list.xlsx").active.iter_rows(values_only=True)
    assert "席位" not in head
    assert line[:3] == ("样例报名人", "样例仪表厂", "13900000001")
    assert Entry.objects.filter(action="sign_ups_exported").get().facts["rows"] == 1

    # The sheet for the door.
    page.goto(f"/admin/members/activity/{activity.pk}/sign-ups/sheet/")
    expect(page.get_by_role("cell", name="0001")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator("#header")).to_be_hidden()
    expect(page.get_by_role("cell", name="样例报名人")).to_be_visible()
    page.emulate_media(media="screen")

    # On the day, at the door: by the last figures of the telephone.
    now = timezone.now()
    Activity.objects.update(starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=3))
    page.goto(f"/admin/members/activity/{activity.pk}/sign-ups/")
    page.get_by_role("link", name="签到", exact=True).click()
    page.get_by_label(re.compile("手机号后四位")).fill("0001")
    page.locator("[data-scan-form]").get_by_role("button", name="签到", exact=True).click()
    expect(page.locator(".door-result")).to_contain_text("样例报名人")
    row.refresh_from_db()
    assert row.checked_in_at is not None

    # Afterwards: the report begins with the figures, and both pages show each other.
    Activity.objects.update(starts_at=now - timedelta(hours=4), ends_at=now - timedelta(hours=1))
    make_column("news", title="样例新闻栏目")
    page.goto(f"/admin/members/activity/{activity.pk}/change/")
    editor(page)
    page.get_by_role("link", name="写活动报道").click()
    page.get_by_role("button", name="写活动报道").click()
    told(page, "这是报道的草稿")
    editor(page)
    page.locator("[name=_publish]").click()
    told(page, "已发布")
    report = Article.objects.get()
    assert "1 人到场" in report.body
    page.goto(activity.get_absolute_url())
    page.get_by_role("link", name=report.title).first.click()
    expect(page.get_by_role("link", name="样例：走进先进制造企业").first).to_be_visible()
