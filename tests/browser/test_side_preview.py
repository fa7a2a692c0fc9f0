"""The page beside its form as it is typed, and the page that a link opens to people without an account."""

import re

import pytest
from playwright.sync_api import expect

from publishing import previews, roles
from tests.browser.test_editing import editor, form_of
from tests.browser.test_local_draft import enter, ready  # noqa: F401 a fixture
from tests.factories import make_article, make_column, make_notice, make_reader_group, make_staff
from tests.files.samples import make_document, make_image

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def beside(page, enter):  # noqa: F811
    """A function that opens the form at an address with the preview beside it, and gives the page in the frame."""

    def show(address):
        enter(page)
        page.goto(address)
        ready(page)
        page.get_by_role("button", name="并排预览").click()
        expect(page.locator(".side-preview iframe:not(.coming)")).to_have_count(1)
        return page.frame_locator(".side-preview iframe:not(.coming)")

    return show


def test_what_is_typed_is_seen_unsaved_on_the_real_page(page, beside):
    article = make_article(title="样例标题", body="<p>样例正文。</p>")
    frame = beside(form_of(article))
    expect(frame.locator(".preview-bar")).to_have_text("预览，已发布")
    expect(frame.locator("h1")).to_have_text("样例标题")
    page.locator("#id_title").fill("样例新标题")
    expect(frame.locator("h1")).to_have_text("样例新标题")
    expect(frame.locator(".preview-bar")).to_have_text("预览，尚未保存")
    editor(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text("后加的一句。")
    expect(frame.locator(".prose")).to_contain_text("后加的一句。")
    assert article.dossier.revisions.count() == 1
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".messagelist")).to_contain_text("已保存")
    expect(page.locator(".side-preview")).to_be_visible()  # remembered
    expect(frame.locator(".preview-bar")).to_have_text("预览，尚未发布")


def test_going_back_leaves_the_form_at_once(page, beside):
    article = make_article(title="样例标题")
    page.goto("/healthz")
    frame = beside(form_of(article))
    for number in range(2):
        page.locator("#id_summary").fill(f"样例摘要{number}")
        page.locator("#id_title").fill(f"样例标题{number}")
        expect(frame.locator("h1")).to_have_text(f"样例标题{number}")
    page.on("dialog", lambda dialog: dialog.accept())
    page.go_back()
    expect(page).to_have_url(re.compile("/healthz$"))


def test_it_is_drawn_as_on_a_telephone_or_in_full_width(page, beside):
    frame = beside(form_of(make_article()))
    assert frame.locator("html").evaluate("() => innerWidth") == 390
    page.get_by_role("button", name="全宽").click()
    assert frame.locator("html").evaluate("() => innerWidth") >= 1200
    stage = page.locator(".side-preview-stage").bounding_box()
    drawn = page.locator(".side-preview iframe").bounding_box()
    assert drawn["width"] <= stage["width"] + 1
    assert abs(drawn["height"] - stage["height"]) < 2
    page.reload()
    ready(page)
    expect(page.get_by_role("button", name="全宽")).to_have_attribute("aria-pressed", "true")


def test_a_visitor_does_not_find_what_is_for_reader_groups(page, beside):
    article = make_article(title="样例标题", readers=[make_reader_group()])
    frame = beside(form_of(article))
    expect(frame.locator(".preview-bar")).to_contain_text("访客打开这个地址时看到的页面")
    page.get_by_role("button", name="会员", exact=True).click()
    expect(frame.locator("h1")).to_have_text("样例标题")


def test_a_new_article_is_seen_before_its_first_save(page, beside):
    make_column()
    frame = beside("/admin/news/article/add/")
    page.locator("#id_title").fill("样例新稿")
    expect(frame.locator("h1")).to_have_text("样例新稿")


def test_its_links_lead_to_a_window_of_their_own(page, beside):
    frame = beside(form_of(make_article()))
    with page.expect_popup() as popup:
        frame.locator(".brand").click()
    popup.value.close()
    expect(frame.locator(".preview-bar")).to_be_visible()


def test_a_narrow_window_has_the_preview_in_another(page, phone, enter):  # noqa: F811
    article = make_article()
    page.set_viewport_size({"width": 1279, "height": 900})
    for window in (page, phone):
        enter(window)
        window.goto(form_of(article))
        ready(window)
        expect(window.get_by_role("button", name="并排预览")).to_be_hidden()
        expect(window.locator(".side-preview")).to_be_hidden()
        expect(window.get_by_role("link", name="预览", exact=True)).to_be_visible()


def test_the_form_with_its_preview_is_accessible_and_holds_its_width(page, beside, assert_accessible):
    beside(form_of(make_article()))
    for width in (1280, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert_accessible(page, within=".side-preview")
    assert_accessible(page, within=".submit-row")


def test_a_link_is_made_copied_opened_by_a_stranger_and_answered(page, open_browser, enter, assert_accessible):  # noqa: F811
    picture, document = make_image(), make_document(title="样例文件")
    notice = make_notice(
        published_at=None, title="样例标题", attachments=[document],
        body=f'<p><img alt="样例图" src="{picture.src}"></p>',
    )  # fmt: skip
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    enter(page, make_staff(roles.PUBLISHER, name="样例编辑"))
    page.goto(form_of(notice))
    page.get_by_role("link", name="分享预览").click()
    assert_accessible(page)
    page.get_by_label("7 天").check()
    page.get_by_role("button", name="生成链接").click()
    page.get_by_role("button", name="复制链接").click()
    expect(page.get_by_role("button", name="链接已复制")).to_be_visible()
    address = page.evaluate("navigator.clipboard.readText()")
    assert address == page.locator("#shared-link").input_value()
    assert_accessible(page)

    stranger = open_browser()
    stranger.goto(address)
    expect(stranger.locator(".preview-bar")).to_contain_text("预览，尚未发布 · 有效至")
    assert stranger.locator(".prose img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    with stranger.expect_download():
        stranger.get_by_role("link", name=re.compile("样例文件")).click()
    assert_accessible(stranger)
    stranger.get_by_label("意见", exact=True).fill("第二段有误。")
    stranger.get_by_label("姓名或单位").fill("样例单位")
    stranger.get_by_role("button", name="提交意见").click()
    expect(stranger.locator(".comment-sent")).to_contain_text("您的意见已转给编辑")
    page.goto(form_of(notice))
    expect(page.locator(".staff-notes")).to_contain_text("样例单位：第二段有误。")


def test_the_page_of_a_link_fits_a_telephone(phone):
    draft = make_article(published_at=None)
    link = previews.Link.make(draft.dossier.newest_revision, make_staff(roles.AUTHOR), days=3)
    phone.goto(link.get_absolute_url())
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.goto("/preview/x/")
    expect(phone.locator("h1")).to_have_text("这个预览链接无效")
