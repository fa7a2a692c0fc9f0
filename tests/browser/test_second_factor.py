"""Setting up an authenticator app, signing in with it, and one's devices, on a screen and on a telephone."""

import time
from base64 import b32decode
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from accounts import totp
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a long password 9"


def sign_in(window, name):
    window.goto("/accounts/login/?next=/accounts/me/sessions/")
    window.get_by_label("用户名、邮箱或手机号").fill(name)
    window.locator("[name=password]").fill(PASSWORD)
    window.locator("main button[type=submit]").click()


@pytest.mark.parametrize("width", [1440, 390])
def test_an_app_is_set_up_and_signs_in_and_devices_are_signed_out(open_browser, assert_accessible, width):
    make_user(username="wang", name="样例人员", password=PASSWORD)
    first, second = (open_browser(viewport={"width": width, "height": 844}) for _ in range(2))

    def check(window):
        assert_accessible(window)
        assert window.evaluate("document.documentElement.scrollWidth <= innerWidth")

    sign_in(first, "wang")
    first.get_by_role("navigation", name="我的账号").get_by_role("link", name="两步验证").click()
    check(first)
    address = first.get_by_role("link", name="在本机应用中打开").get_attribute("href")
    [letters] = parse_qs(urlsplit(address).query)["secret"]
    secret = b32decode(letters)

    def code(steps):
        return totp.code_of(secret, int(time.time()) // totp.SECONDS + steps)

    first.get_by_label("应用显示的验证码").fill("000000")
    first.get_by_label("当前密码").fill(PASSWORD)
    first.get_by_role("button", name="启用").click()
    expect(first.get_by_role("alert")).to_be_visible()
    check(first)
    first.get_by_label("应用显示的验证码").fill(code(-1))
    first.get_by_label("当前密码").fill(PASSWORD)
    first.get_by_role("button", name="启用").click()
    expect(first.locator(".recovery-codes li")).to_have_count(10)
    expect(first.get_by_role("button", name="打印")).to_be_visible()
    recovery_code = first.locator(".recovery-codes li").first.inner_text()
    check(first)
    first.get_by_role("link", name="我已保存").click()
    expect(first.get_by_text("已启用")).to_be_visible()
    check(first)

    for typed in (code(0), recovery_code):
        second.context.clear_cookies()
        sign_in(second, "wang")
        check(second)
        second.get_by_label("验证码").fill(typed)
        second.get_by_role("button", name="登录").click()
        expect(second.get_by_text("本机")).to_be_visible()
    check(second)
    expect(second.locator(".devices li")).to_have_count(3)
    second.locator(".devices").get_by_role("button", name="退出").first.click()
    expect(second.locator(".devices li")).to_have_count(2)
    second.get_by_role("button", name="退出其他全部设备").click()
    expect(second.locator(".devices li")).to_have_count(1)
    first.goto("/accounts/me/sessions/")
    expect(first.get_by_role("heading", name="登录")).to_be_visible()
