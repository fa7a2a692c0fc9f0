"""A lost password and one's own account, on a screen and on a telephone."""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a long password 9"
NEW = "quite another one 7"


def test_a_lost_password_is_replaced_and_the_details_are_corrected(page, phone, assert_accessible):
    for number, window in enumerate((page, phone)):
        make_user(username=f"wang{number}", name="样例人员", email=f"wang{number}@example.org", password=PASSWORD)

        def check(window=window):
            assert_accessible(window)
            assert window.evaluate("document.documentElement.scrollWidth <= innerWidth")

        window.goto("/accounts/login/")
        check()
        window.get_by_role("link", name="忘记密码？").click()
        check()
        window.get_by_label("账号登记的邮箱").fill(f"wang{number}@example.org")
        window.get_by_role("button", name="发送链接").click()
        expect(window.get_by_role("heading", name="请查收邮件")).to_be_visible()
        check()
        [path] = re.findall(r"http://portal\.example(/\S+)", mail.outbox[-1].body)
        window.goto(path)
        check()
        fields = window.locator("main input[type=password]")
        fields.nth(0).fill("12345678")
        fields.nth(1).fill("12345678")
        window.get_by_role("button", name="保存").click()
        expect(window.get_by_role("alert")).to_be_visible()
        check()
        fields.nth(0).fill(NEW)
        fields.nth(1).fill(NEW)
        window.get_by_role("button", name="保存").click()
        expect(window.get_by_role("heading", name="新密码已设置")).to_be_visible()
        check()
        window.locator("main").get_by_role("link", name="登录").click()
        window.get_by_label("用户名、邮箱或手机号").fill(f"WANG{number}@example.org")
        window.locator("[name=password]").fill(NEW)
        window.locator("main button[type=submit]").click()
        window.get_by_role("link", name="样例人员").click()
        window.get_by_role("link", name="个人资料").click()
        expect(window.get_by_role("heading", name="我的账号")).to_be_visible()
        check()
        window.get_by_label("手机").fill(f"139 0000 000{number}")
        window.get_by_label("当前密码").fill(NEW)
        window.get_by_role("button", name="保存").click()
        expect(window.get_by_text("资料已保存。")).to_be_visible()
        expect(window.get_by_label("手机")).to_have_value(f"1390000000{number}")
        check()
        window.get_by_role("navigation", name="我的账号").get_by_role("link", name="密码").click()
        expect(window.get_by_role("button", name="修改密码")).to_be_visible()
        check()
