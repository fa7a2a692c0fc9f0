"""An editor's work in a real browser: writing, pasting from Word, pictures, rows, and leaving a page in time."""

import base64
import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from files.models import Asset
from news.models import Article
from publishing import roles
from tests.factories import make_article, make_column, make_notice, make_staff
from tests.files.samples import make_document, picture

pytestmark = pytest.mark.django_db(transaction=True)

# What Word puts on the clipboard: its own styles, a list that is none, an empty remark.
FROM_WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{font-family:宋体}</style></head>
<body lang=ZH-CN><!--StartFragment-->
<h2 style='mso-pagination:widow-orphan'><span lang=EN-US style='font-size:16.0pt'>一、活动内容<o:p></o:p></span></h2>
<p class=MsoNormal style='text-indent:24.0pt;line-height:150%'><span style='font-family:宋体;color:red'>各会员单位：</span></p>
<p class=MsoListParagraph style='margin-left:18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span lang=EN-US><span
style='mso-list:Ignore'>1.<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]>申报材料<o:p></o:p></p>
<table class=MsoTableGrid border=1 style='border-collapse:collapse'><tr style='mso-yfti-irow:0'><td width=100
style='width:74.9pt;padding:0cm'><p class=MsoNormal>名称</p></td></tr></table>
<!--EndFragment--></body></html>"""

PASTE = """([selector, html, file]) => {
    const data = new DataTransfer();
    if (html) data.setData("text/html", html);
    if (file) {
        const bytes = Uint8Array.from(atob(file), (character) => character.charCodeAt(0));
        data.items.add(new File([bytes], "升旗仪式.png", {type: "image/png"}));
    }
    const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
    document.querySelector(selector).dispatchEvent(event);
}"""


@pytest.fixture
def enter(client, live_server):
    """A function that signs a member of staff with the given role in to the window of ``page``."""

    def sign_in(page, role=roles.PUBLISHER):
        client.force_login(make_staff(role, name="样例编辑"))
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])

    return sign_in


def form_of(item):
    return f"/admin/{item._meta.app_label}/{item._meta.model_name}/{item.pk}/change/"


def editor(page):
    """Return the area of the text, once its editor is ready."""
    area = page.locator(".cke_editable").first
    expect(area).to_be_editable()
    return area


def paste(page, html="", file=b""):
    page.evaluate(PASTE, [".cke_editable", html, base64.b64encode(file).decode()])


def newest_body(item):
    return item.dossier.newest_revision.content["fields"]["body"]


def test_a_new_article_is_written_and_saved(page, enter):
    column = make_column(title="样例栏目")
    enter(page)
    page.goto("/admin/news/article/add/")
    page.locator("#id_title").fill("质量月升旗仪式在沪举行")
    expect(page.locator(".title-length")).to_have_text("11 字")
    page.locator(".field-column .select2-selection").click()
    page.get_by_role("option", name="样例栏目").click()
    editor(page).click()
    page.keyboard.insert_text("八月二十九日上午，升旗仪式在自由贸易试验区举行。")
    page.keyboard.press("Enter")
    page.keyboard.insert_text("会长宣布质量月活动开始。")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".messagelist")).to_contain_text("已保存为第 1 版")
    article = Article.objects.get()
    assert article.column == column
    assert re.sub(r"\s*\n\s*", "", article.body) == (
        "<p>八月二十九日上午，升旗仪式在自由贸易试验区举行。</p><p>会长宣布质量月活动开始。</p>"
    )


def test_what_comes_from_word_is_clean(page, enter):
    article = make_article(published_at=None, body="")
    enter(page)
    page.goto(form_of(article))
    editor(page).click()
    paste(page, FROM_WORD)
    expect(page.locator(".cke_editable ol li")).to_have_text("申报材料")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".messagelist")).to_contain_text("已保存")
    body = newest_body(article)
    for kept in ("<h2>一、活动内容</h2>", "<p>各会员单位：</p>", "<ol>", "<li>申报材料</li>", "<td>", "名称"):
        assert kept in body
    for dropped in ("style", "class", "Mso", "span", "font", "o:p"):
        assert dropped not in body


def test_a_pasted_picture_is_stored_in_the_library_and_described(page, enter):
    article = make_article(title="样例标题", body="<p>样例正文。</p>")
    enter(page)
    page.goto(form_of(article))
    editor(page).click()
    paste(page, file=picture())
    image = page.locator(".cke_editable img[src^='/files/']")
    expect(image).to_be_visible()
    asset = Asset.objects.get()

    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator(".errorlist").first).to_contain_text("正文中有图片缺少替代文字")

    editor(page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator(".cke_editable img[src^='/files/']").dblclick()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_label("替代文字")).to_be_visible()  # refused: the dialog stays
    page.get_by_label("替代文字").fill("升旗仪式现场")
    page.get_by_role("button", name="确定").click()
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("已发布")
    article.refresh_from_db()
    assert f'src="{asset.src}"' in article.body
    assert 'alt="升旗仪式现场"' in article.body
    assert "data-" not in article.body
    assert article.live_revision.file_uses.get().asset == asset


def test_a_picture_can_be_decorative(page, enter):
    article = make_article(body="<p>样例正文。</p>")
    enter(page)
    page.goto(form_of(article))
    editor(page).click()
    paste(page, file=picture())
    expect(page.locator(".cke_editable img[src^='/files/']")).to_be_visible()
    page.locator(".cke_editable img[src^='/files/']").dblclick()
    page.get_by_label("装饰图片").check()
    page.get_by_label("带标题图像").check()
    page.get_by_role("button", name="确定").click()
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("已发布")
    article.refresh_from_db()
    assert 'role="presentation"' in article.body
    assert '<figure class="captioned">' in article.body
    page.locator(".cke_editable img[src^='/files/']").dblclick()
    expect(page.get_by_label("装饰图片")).to_be_checked()


def test_the_button_takes_a_file_and_asks_what_it_shows(page, enter):
    article = make_article(body="<p>样例正文。</p>")
    enter(page)
    page.goto(form_of(article))
    editor(page).click()
    with page.expect_file_chooser() as chooser:
        page.locator(".cke_button__image").click()
    chooser.value.set_files({"name": "升旗仪式.png", "mimeType": "image/png", "buffer": picture()})
    page.get_by_label("替代文字").fill("升旗仪式现场")
    page.get_by_role("button", name="确定").click()
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".messagelist")).to_contain_text("已保存")
    assert 'alt="升旗仪式现场"' in newest_body(article)


def test_what_is_no_picture_is_refused_in_words(page, enter):
    article = make_article()
    enter(page)
    page.goto(form_of(article))
    editor(page).click()
    paste(page, file=b"\x89PNG\r\n\x1a\n no picture")
    expect(page.locator(".cke_notification_warning")).to_be_visible()
    assert not Asset.objects.exists()


def test_rows_are_added_searched_and_removed(page, enter):
    document, earlier = make_document(title="样例文件"), make_notice(title="样例前文")
    article = make_article(published_at=None)
    enter(page)
    page.goto(form_of(article))
    page.get_by_role("button", name="添加附件").click()
    row = page.locator("#attachments-2")
    row.locator(".select2-selection").click()
    page.get_by_role("option", name="样例文件").click()
    row.locator(".field-caption input").fill("样例说明")
    relation = page.locator("#relations-0")
    relation.locator("select").first.select_option("follows")
    relation.locator(".select2-selection").click()
    page.locator(".select2-dropdown .select2-search__field").fill("前文")
    page.get_by_role("option", name=re.compile("样例前文")).click()
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".messagelist")).to_contain_text("已保存")
    content = article.dossier.newest_revision.content
    assert content["attachments"] == [{"asset": document.pk, "caption": "样例说明"}]
    assert content["relations"] == [{"target": earlier.pk, "kind": "follows"}]


def test_a_page_with_unsaved_text_asks_before_it_is_left(page, enter):
    article = make_article(title="样例标题")
    enter(page)
    page.goto(form_of(article))
    editor(page)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="关闭").click()
    page.wait_for_url("**/admin/news/article/")
    page.goto(form_of(article))
    page.locator("#id_title").fill("样例新标题")
    page.get_by_role("link", name="撤回").click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert page.url.endswith(form_of(article))


def test_the_page_of_a_verb_is_accessible(page, enter, assert_accessible):
    notice = make_notice(title="样例标题")
    enter(page)
    for name in ("withdraw", "pin"):
        page.goto(f"/admin/notices/notice/{notice.pk}/verb/{name}/")
        assert_accessible(page)


def test_the_form_is_accessible(page, enter, assert_accessible):
    article = make_article(attachments=[make_document()])
    enter(page)
    page.goto(form_of(article))
    editor(page)
    # CKEditor's own toolbar and the inner field of Select2 are theirs to mend.
    assert_accessible(page, but=[".cke", ".select2-container"])


def test_the_form_holds_its_width_and_its_bar_in_sight(page, phone, enter):
    article = make_article(title="样例：四十个字的标题在表单里换行以后仍然完整显示不会撑破页面也不会盖住旁边的内容")
    for window in (page, phone):
        enter(window)
        window.goto(form_of(article))
        expect(window.locator(".cke_editable").first).to_be_visible()
        assert window.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert window.get_by_role("button", name="保存草稿").bounding_box()["y"] < window.viewport_size["height"]
