"""A ticket in a person's hand, and the page at the door on a telephone."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from members import check_in
from publishing import roles
from tests.factories import make_open_activity, make_organisation, make_sign_up, make_staff, make_user

pytestmark = pytest.mark.django_db(transaction=True)

LONG = "样例：走进智能制造示范工厂——质量数字化转型现场交流与对标学习活动（第三期）"

# What a browser with a camera offers: a picture, and a code in it. The rest of the script is its own.
CAMERA = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { return [{ rawValue: %r }]; }
};
navigator.mediaDevices.getUserMedia = async () => {
  const canvas = document.createElement("canvas");
  const brush = canvas.getContext("2d");
  setInterval(() => brush.fillRect(0, 0, 9, 9), 50);
  return canvas.captureStream();
};
"""


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


@pytest.fixture
def rows():
    """Three sign-ups for an activity of today; two of the people have numbers with the same end."""
    activity = make_open_activity(
        title=LONG, starts_at=timezone.now() + timedelta(hours=2), place="样例会议室", address="样例路 000 号 3 层"
    )
    people = [make_user(name=f"样例来宾{letter}", phone=phone) for letter, phone in
              (("甲", "13800001234"), ("乙", "13900001234"), ("丙", ""))]  # fmt: skip
    organisation = make_organisation(name="样例精密机械制造（上海）股份有限公司", people=people[:2])
    return [make_sign_up(activity, person, organisation if person.phone else None) for person in people]


def holds_its_width(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_people_are_checked_in_on_a_telephone(phone, page, enter, rows, assert_accessible):
    first, second, third = rows
    staff = make_staff(roles.PUBLISHER)
    enter(phone, staff)

    def check(headline, name=""):
        result = phone.locator(".door-result")
        expect(result.get_by_role("heading")).to_have_text(headline)
        expect(result).to_contain_text(name)
        assert_accessible(phone)
        assert holds_its_width(phone)

    def enter_code(text):
        phone.get_by_label("签到码，或手机号后四位").fill(text)
        phone.locator("[data-scan-form]").get_by_role("button", name="签到").click()

    opened = urlsplit(check_in.address_of(first))
    phone.goto(f"{opened.path}?{opened.query}")  # as the telephone's own camera does
    check("已报名，可以签到", "样例来宾甲")
    phone.get_by_role("button", name="确认签到").click()
    check("已签到", "样例来宾甲")
    expect(phone.locator(".door-count")).to_have_text("已到 1 / 3")
    enter_code(check_in.code_of(first).lower())
    check("此前已签到", "样例来宾甲")
    enter_code("1234")
    check("有多位，请按姓名选择")
    phone.locator(".door-result").get_by_role("button", name="样例来宾乙").click()
    check("已签到", "样例来宾乙")
    phone.locator(".door-result").get_by_role("button", name="撤销签到").click()
    check("已撤销签到", "样例来宾乙")
    enter_code("https://other.example/x")
    check("不能签到", "不是协会报名凭证")
    phone.get_by_label("姓名或单位").fill("来宾丙")
    phone.get_by_role("button", name="查找").click()
    phone.locator(".door-missing").get_by_role("button", name="样例来宾丙").click()
    check("已签到", "样例来宾丙")
    expect(phone.locator(".door-count")).to_have_text("已到 2 / 3")
    enter(page, staff)
    page.goto(opened.path)
    assert_accessible(page)
    assert holds_its_width(page)
    third.refresh_from_db()
    assert third.checked_in_at


def test_without_a_camera_that_reads_codes_there_is_no_button_for_it(phone, enter, rows):
    enter(phone, make_staff(roles.PUBLISHER))
    phone.add_init_script("delete window.BarcodeDetector;")
    phone.goto(urlsplit(check_in.address_of(rows[0])).path)
    expect(phone.get_by_label("签到码，或手机号后四位")).to_be_visible()
    expect(phone.get_by_role("button", name="用相机扫码")).to_be_hidden()


def test_the_camera_checks_in_and_goes_on_without_reading_the_same_ticket_twice(phone, enter, rows, assert_accessible):
    enter(phone, make_staff(roles.PUBLISHER))
    phone.add_init_script(CAMERA % check_in.address_of(rows[0]))
    phone.goto(urlsplit(check_in.address_of(rows[0])).path)
    phone.get_by_role("button", name="用相机扫码").click()
    expect(phone.locator(".door-result").get_by_role("heading")).to_have_text("已签到")
    expect(phone.get_by_role("button", name="停止扫码")).to_be_visible()
    phone.wait_for_timeout(1000)  # several looks at the ticket that is still before the lens
    expect(phone.locator(".door-result").get_by_role("heading")).to_have_text("已签到")
    assert_accessible(phone)
    phone.get_by_role("button", name="停止扫码").click()
    expect(phone.locator("video")).to_be_hidden()


def test_a_camera_that_is_refused_leads_back_to_typing(phone, enter, rows):
    enter(phone, make_staff(roles.PUBLISHER))
    refused = 'navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("no", "NotAllowedError"); };'
    phone.add_init_script(CAMERA % "" + refused)
    phone.goto(urlsplit(check_in.address_of(rows[0])).path)
    phone.get_by_role("button", name="用相机扫码").click()
    expect(phone.get_by_text("无法使用相机，请输入签到码。")).to_be_visible()
    expect(phone.get_by_role("button", name="用相机扫码")).to_be_visible()


def test_it_works_without_scripts(open_browser, enter, rows):
    window = open_browser(java_script_enabled=False, viewport={"width": 390, "height": 844})
    enter(window, make_staff(roles.PUBLISHER))
    window.goto(urlsplit(check_in.address_of(rows[0])).path)
    window.get_by_label("签到码，或手机号后四位").fill(check_in.code_of(rows[0]))
    window.locator("[data-scan-form] button").click()
    expect(window.locator(".door-result")).to_contain_text("已签到")


def test_a_ticket_shows_its_code_whole_on_a_telephone(phone, page, enter, rows, assert_accessible):
    for window in (phone, page):
        enter(window, rows[0].person)
        window.goto(f"/activities/{rows[0].activity_id}/sign-up/")
        ticket = window.locator(".ticket")
        expect(ticket.get_by_text(check_in.code_of(rows[0]))).to_be_visible()
        drawing = ticket.locator("svg").bounding_box()
        frame = ticket.locator(".ticket-qr").bounding_box()
        assert abs(drawing["width"] - frame["width"]) < 1
        assert abs(drawing["width"] - drawing["height"]) < 1
        assert_accessible(window, within=".ticket")
        assert holds_its_width(window)


def test_the_own_calendar_and_the_months_are_accessible(phone, page, enter, rows, assert_accessible):
    person = rows[0].person
    month = f"{timezone.localtime(rows[0].activity.starts_at):%Y-%m}"
    for window in (phone, page):
        enter(window, person)
        window.goto("/me/calendar/")
        window.get_by_role("button", name="生成订阅地址").or_(window.get_by_role("button", name="换一个地址")).click()
        expect(window.get_by_label("日历订阅地址")).to_have_value(
            re.compile(r"^http://portal\.example/me/calendar/\S+\.ics$")
        )
        assert_accessible(window)
        assert holds_its_width(window)
        window.goto(f"/activities/?month={month}")
        assert_accessible(window)
        assert holds_its_width(window)
