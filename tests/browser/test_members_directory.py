"""The directory, the certificate and the import of members in the browser."""

from datetime import date

import pytest
from django.conf import settings
from openpyxl import Workbook
from playwright.sync_api import expect

from members import certificates
from members.models import Organisation
from tests.factories import (
    make_administrator,
    make_council_seat,
    make_council_term,
    make_member_group,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db(transaction=True)


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
def association():
    """A council and 24 organisations in two groups, with names of ordinary and of great length."""
    groups = [make_member_group(name="样例机械大组", introduction="样例简介"), make_member_group(name="样例电子大组")]
    term = make_council_term(12, first_on=date(2024, 5, 1))
    for number in range(24):
        ending = "（集团）股份有限公司智能装备与质量技术研究分公司" if number % 5 == 0 else "有限公司"
        organisation = make_organisation(
            name=f"样例{number}{ending}", member_group=groups[number % 2], district="浦东新区", industry="装备制造",
            introduction="样例简介", public_fields=Organisation.PublicField.values, website="https://example.org/",
            telephone="021-00000000", email="sample@example.org",
        )  # fmt: skip
        if number < 9:
            make_council_seat(organisation, term, role=("president", "vice_president", "director")[number // 3])
    return groups


def test_the_public_pages_are_accessible_and_hold_their_width(page, phone, association, assert_accessible):
    member = Organisation.objects.first()
    addresses = [
        "/members/", "/members/?words=没有这个单位", member.get_absolute_url(), "/members/council/", "/members/groups/",
        association[0].get_absolute_url(), f"/members/check/{certificates.code_of(member)}/", "/members/check/x/",
    ]  # fmt: skip
    for window in (page, phone):
        for address in addresses:
            window.goto(address)
            assert_accessible(window)
            assert window.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


def test_a_reader_narrows_the_directory_on_a_telephone(phone, association):
    phone.goto("/members/")
    phone.get_by_label("会员大组").select_option("样例电子大组")
    phone.get_by_label("单位名称").fill("样例2")
    phone.get_by_role("button", name="筛选").click()
    expect(phone.get_by_text("共 2 条，第 1 页")).to_be_visible()
    phone.get_by_role("link", name="样例21有限公司").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("样例21有限公司")
    expect(phone.get_by_text("021-00000000")).to_be_visible()


def test_a_certificate_is_one_sheet_of_paper(page, phone, enter, assert_accessible):
    person = make_user()
    make_organisation([person], name="样例有限公司")
    for window in (page, phone):
        enter(window, person)
        window.goto("/me/organisation/certificate/")
        expect(window.get_by_text("样例有限公司")).to_be_visible()
        assert_accessible(window)
        assert window.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.get_by_role("button", name="打印")).to_be_visible()
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1


def test_a_table_with_one_wrong_row_is_imported_and_undone(page, enter, tmp_path, problems, assert_accessible):
    book = Workbook()
    for row in (
        ("单位名称", "统一社会信用代码", "姓名", "手机", "角色"),
        ("样例新厂", None, "样例人", 13800000000, "主要联系人"),
        ("样例错厂", "123", None, None, None),
    ):
        book.active.append(row)
    book.save(tmp_path / "样例.xlsx")
    enter(page, make_administrator())
    page.goto("/admin/members/organisation/")
    page.get_by_role("link", name="导入", exact=True).click()
    page.get_by_label("表格").set_input_files(tmp_path / "样例.xlsx")
    page.get_by_role("button", name="检查表格").click()
    expect(page.get_by_text("目前没有改动任何数据")).to_be_visible()
    expect(page.get_by_role("row", name="样例错厂")).to_contain_text("这里是 3 个字符")
    assert_accessible(page, within="#content")
    # axe looks for what the admin's forms.css imports beside the page instead of beside the sheet.
    problems[:] = [problem for problem in problems if not problem.endswith("widgets.css/change/")]
    assert not Organisation.objects.exists()
    page.get_by_role("link", name="导入", exact=True).click()
    page.get_by_role("button", name="导入").click()
    expect(page.get_by_text("已导入 1 行。")).to_be_visible()
    assert Organisation.objects.get().affiliations.get().user.phone == "13800000000"
    page.get_by_role("link", name="撤销导入").click()
    page.get_by_role("button", name="撤销导入").click()
    expect(page.get_by_text("已撤销 1 行。")).to_be_visible()
    assert not Organisation.objects.exists()
