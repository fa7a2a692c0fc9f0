"""An organisation joins: from the form to the page of its main contact, with a return on the way."""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from members import roles
from members.models import Application, Organisation
from tests.factories import make_credit_code, make_member_group, make_staff
from tests.files import samples

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a long password 9"
LICENCE = {"name": "营业执照.pdf", "mimeType": "application/pdf", "buffer": samples.PDF}


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def sign_in(page, user):
    page.goto("/accounts/login/")
    page.locator("[name=username]").fill(user)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()


def path_in(message, beginning):
    return re.search(rf"http://portal\.example({beginning}\S+)", message.body)[1]


def test_an_organisation_joins(phone, page, open_browser, media, assert_accessible):
    make_member_group(name="样例机械大组")
    staff = {role: make_staff(role, name=f"样例{role}", password=PASSWORD) for role in roles.PERMISSIONS}

    def check(window=phone):
        assert_accessible(window)
        assert window.evaluate("document.documentElement.scrollWidth <= innerWidth")

    # The applicant, on a telephone
    phone.goto("/members/join/")
    check()
    code = make_credit_code()
    for name, text in {
        "name": "样例仪表厂", "credit_code": code[:-1] + ("1" if code[-1] == "0" else "0"), "district": "徐汇区",
        "address": "样例路 1 号", "business": "样例仪表的设计与制造", "contact_name": "样例联系人", "contact_phone": "138 0000 0001",
        "contact_email": "apply@example.com",
    }.items():  # fmt: skip
        phone.locator(f"[name={name}]").fill(text)
    phone.locator("[name=member_group]").select_option(label="样例机械大组")
    phone.locator("[name=licence]").set_input_files(LICENCE)
    phone.locator("[name=is_agreed]").check()
    phone.get_by_role("button", name="提交申请").click()
    expect(phone.get_by_role("alert")).to_contain_text("最后一位校验码")
    expect(phone.get_by_text("营业执照.pdf")).to_be_visible()
    check()
    phone.locator("[name=credit_code]").fill(code)
    phone.get_by_role("button", name="提交申请").click()
    expect(phone.get_by_role("heading", name="样例仪表厂")).to_be_visible()
    check()
    phone.goto(path_in(mail.outbox[0], "/members/join/confirm/"))
    check()
    phone.get_by_role("button", name="确认邮箱").click()
    expect(phone.locator(".badge")).to_have_text("会员服务审核中")

    # The office returns it, on a screen
    def decide(role, button, reason=""):
        window = open_browser(viewport={"width": 1440, "height": 900})
        sign_in(window, staff[role].username)
        window.goto("/admin/members/application/?turn=mine")
        window.get_by_role("link", name="样例仪表厂").click()
        assert window.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if reason:
            window.locator("[name=reason]").fill(reason)
        window.get_by_role("button", name=button).click()
        expect(window.locator(".messagelist .success")).to_be_visible()
        return window

    decide(roles.MEMBER_SERVICE, "退回修改", "请写明主要产品。")
    phone.reload()
    expect(phone.get_by_text("请写明主要产品。")).to_be_visible()
    check()
    phone.get_by_role("link", name="修改申请").click()
    check()
    phone.locator("[name=business]").fill("样例压力表、样例流量计的设计与制造")
    phone.locator("[name=is_agreed]").check()
    phone.get_by_role("button", name="重新提交").click()
    expect(phone.get_by_text("申请已重新提交。")).to_be_visible()
    check()

    # Another browser opens it by number and code
    application = Application.objects.get()
    page.goto("/members/join/status/")
    check(page)
    page.get_by_label("申请编号").fill(application.number)
    page.get_by_label("查询码").fill(application.code)
    page.get_by_role("button", name="查询进度").click()
    expect(page.get_by_text("以前的版本")).to_be_visible()
    check(page)
    page.get_by_role("link", name="盖章用申请表").click()
    expect(page.get_by_text("单位盖章：")).to_be_visible()
    check(page)

    # Three steps
    decide(roles.MEMBER_SERVICE, "通过")
    decide(roles.SECRETARY, "通过")
    decide(roles.COUNCIL, "同意入会")
    phone.reload()
    expect(phone.locator(".badge")).to_have_text("已入会")
    organisation = Organisation.objects.get()

    # The contact sets a password and sees the organisation
    phone.goto(path_in(next(one for one in mail.outbox if "/accounts/" in one.body), "/accounts/"))
    for field in phone.locator("main input[type=password]").all():
        field.fill(PASSWORD)
    phone.locator("main button[type=submit]").click()
    phone.context.clear_cookies()
    sign_in(phone, "apply@example.com")
    phone.goto("/me/organisation/")
    expect(phone.get_by_role("heading", name=organisation.name)).to_be_visible()
    expect(phone.locator("h1")).to_contain_text("我的单位")
    check()
