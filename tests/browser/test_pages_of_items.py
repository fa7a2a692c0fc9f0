"""The pages of items, the sign-in and the errors in a browser: every width, every reading size, both themes."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from portal import starter
from publishing.models import Label
from tests.browser.test_home_and_lists import LONG, WIDTHS, assert_holds_its_width
from tests.factories import make_activity, make_administrator, make_article, make_notice
from tests.files.samples import make_document, make_image, photograph

pytestmark = pytest.mark.django_db(transaction=True)

TABLE = "<table><tbody>" + "<tr>" + "<td>样例单位名称</td>" * 9 + "</tr>" + "</tbody></table>"
TEXT = f"<h2>一、样例</h2><p>{'样例正文。' * 60}</p>{TABLE}<ul><li>甲</li></ul><blockquote><p>引文</p></blockquote>"


@pytest.fixture
def pages(transactional_db, settings, tmp_path):
    """Make one page of every kind, as full as it gets; return their addresses."""
    settings.MEDIA_ROOT = tmp_path
    starter.set_up()
    now = timezone.now()
    labels = list(Label.objects.all())
    picture = make_image(photograph(1200, 750), title="样例图片")
    files = [make_document(title=f"{LONG}附件{number}") for number in range(3)]
    article = make_article(
        title=LONG,
        body=TEXT,
        cover=picture,
        labels=labels,
        attachments=files,
        source="样例来源",
        editor_name="样例编辑",
    )
    bare = make_article(title="样例", body="")
    old = make_notice(title=LONG, published_at=now - timedelta(days=9), repealed_at=now, repeal_reason="样例原因")
    notice = make_notice(
        title=LONG, body=TEXT, attachments=files, number_code="沪质协", number_year=2025, number_serial=28,
        addressees="各会员单位、各有关单位", signature="样例协会", deadline_at=now + timedelta(days=2),
        deadline_purpose="回执", relations=[(old.dossier, "replaces")],
    )  # fmt: skip
    review = make_notice(
        kind="public_review", objections_until=timezone.localdate(), objection_channel="书面反映至样例部门"
    )
    for days in (5, 9):
        make_activity(title=LONG, starts_at=now + timedelta(days=days), place="样例会议室")
    coming = make_activity(
        title=LONG, body=TEXT, starts_at=now + timedelta(days=3), ends_at=now + timedelta(days=4), place=LONG, seats=60,
        agenda="13:30–14:00 签到\n  凭证件\n14:00 参观", sign_up_notes="<ul><li>样例</li></ul>", attachments=files,
    )  # fmt: skip
    past = make_activity(title="样例往期活动", starts_at=None, body="")
    withdrawn = make_article(withdrawn_at=now, withdrawal_reason="样例原因")
    items = [article, bare, notice, old, review, coming, past, withdrawn]
    return [
        *(item.get_absolute_url() for item in items),
        "/pages/about/",
        "/pages/privacy/",
        "/pages/accessibility/",
        "/accounts/login/",
        "/nowhere/",
    ]


def test_every_page_holds_every_width_in_every_reading_size(page, pages):
    for address in pages:
        for size in ("biaozhun", "teda"):
            page.goto(f"{address}?zihao={size}")
            for width in WIDTHS:
                assert_holds_its_width(page, width)


def test_every_page_is_accessible(page, phone, pages, assert_accessible):
    for address in pages:
        for window in (page, phone):
            window.goto(address)
            assert_accessible(window)


def test_every_page_is_accessible_in_the_dark_and_in_the_largest_type(open_browser, pages, assert_accessible):
    page = open_browser(color_scheme="dark")
    for address in pages:
        page.goto(f"{address}?zihao=teda")
        assert_accessible(page)


def test_the_qr_code_opens_by_keyboard(page, pages):
    page.goto(pages[0])
    summary = page.get_by_text("二维码", exact=True)
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".share-card svg")).to_be_visible()


def test_the_link_can_be_copied_and_the_page_printed(page, pages):
    page.goto(pages[0])
    expect(page.get_by_role("button", name="复制链接")).to_be_visible()
    expect(page.get_by_role("button", name="打印")).to_be_visible()


def test_a_person_signs_in_sees_the_own_name_and_signs_out(page, pages):
    make_administrator(username="staff", name="样例人员", password="a-long-password")
    page.goto(f"/accounts/login/?next={pages[0]}")
    page.get_by_label("用户名").fill("staff")
    page.locator("#id_password").fill("wrong")
    page.locator("main button[type=submit]").click()
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码有误")
    expect(page.get_by_label("用户名")).to_have_value("staff")
    field = page.locator("#id_password")
    field.fill("a-long-password")
    page.get_by_role("button", name="显示密码").click()
    expect(field).to_have_attribute("type", "text")
    page.locator("main button[type=submit]").click()
    page.wait_for_url(f"**{pages[0]}")
    expect(page.locator(".auth")).to_contain_text("样例人员")
    page.get_by_role("button", name="退出").click()
    expect(page.locator(".auth")).to_contain_text("登录")


def test_the_official_document_prints_its_own_head_and_nothing_of_the_site(page, pages):
    page.goto(pages[2])
    page.emulate_media(media="print")
    expect(page.locator(".doc-org")).to_be_visible()
    expect(page.locator(".nav")).to_be_hidden()
    expect(page.locator(".aside")).to_be_hidden()
    expect(page.locator(".foot")).to_be_hidden()


def test_no_table_is_cut_off_on_paper(page, pages):
    page.set_viewport_size({"width": 627, "height": 900})  # 166 mm, what the margins leave of A4
    page.emulate_media(media="print")
    for address in (pages[0], pages[2]):
        page.goto(address)
        assert page.locator(".prose table").evaluate(
            "table => table.getBoundingClientRect().right <= table.closest('.prose').getBoundingClientRect().right + 1"
        )
