"""Pasting into the editor in a real browser: cleaned by the server, pictures stored, nothing lost when it is away."""

import base64
from pathlib import Path

import pytest
from playwright.sync_api import expect

from files.models import Asset
from publishing import roles
from tests.browser.test_editing import editor, enter, form_of, newest_body  # noqa: F401 (enter is a fixture)
from tests.factories import make_article
from tests.files.samples import picture

pytestmark = pytest.mark.django_db(transaction=True)

WORD = (Path(__file__).parents[1] / "publishing/clipboard/word.html").read_text()
PASTE = """({html, text, rtf, file, internal}) => {
    const data = new DataTransfer();
    if (html) data.setData("text/html", html);
    if (text) data.setData("text/plain", text);
    if (rtf) data.setData("text/rtf", rtf);
    if (file) {
        const bytes = Uint8Array.from(atob(file), (character) => character.charCodeAt(0));
        data.items.add(new File([bytes], "image.png", {type: "image/png"}));
    }
    const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
    document.querySelector(".cke_editable").dispatchEvent(event);
}"""


def paste(page, html="", **clipboard):
    page.evaluate(PASTE, {"html": html, **clipboard})


def base64_of(content):
    return base64.b64encode(content).decode()


@pytest.fixture
def article(page, enter):  # noqa: F811
    """An article that is open in the form, its text empty and in focus."""
    item = make_article(published_at=None, body="")
    enter(page, roles.AUTHOR)
    page.goto(form_of(item))
    editor(page).click()
    return item


def save(page, article):
    with page.expect_navigation():  # the form asks first whether one is signed in; the last save's word still stands
        page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".messagelist")).to_contain_text("已保存")
    return newest_body(article)


def test_a_document_of_word_arrives_clean_and_its_author_is_told_what_is_missing(page, article):
    paste(page, WORD)
    expect(page.locator(".cke_editable ol ol li")).to_have_text(["申报表", "证明"])
    note = page.locator(".cke_notification_info")
    expect(note).to_contain_text("剪贴板里没有")
    expect(note).to_contain_text("批注")
    body = save(page, article)
    assert '<p class="unindented">各会员单位：</p>' in body
    assert '<td rowspan="2">样例一区</td>' in body
    for dropped in ("mso", "Mso", "style", "<span", "file:", "样例批注", "已删的字"):
        assert dropped not in body


def test_a_paste_is_one_step_to_undo(page, article):
    page.keyboard.insert_text("先写的字。")
    paste(page, "<p style='text-indent:2em'>贴入的字。</p>")
    expect(page.locator(".cke_editable")).to_contain_text("贴入的字")
    page.locator(".cke_button__undo").click()
    expect(page.locator(".cke_editable")).to_have_text("先写的字。")


def test_two_pastes_keep_their_order(page, article):
    paste(page, "<b>甲</b>" * 2000)
    paste(page, "<b>乙</b>")
    expect(page.locator(".cke_editable")).to_contain_text("甲乙")


def test_pictures_in_the_markup_are_stored(page, article):
    paste(page, f"<p>图：<img src='data:image/png;base64,{base64_of(picture())}' alt='升旗仪式现场'></p>")
    expect(page.locator(".cke_editable img[src^='/files/']")).to_be_visible()
    body = save(page, article)
    assert f'src="{Asset.objects.get().src}"' in body
    assert 'alt="升旗仪式现场"' in body


def test_pictures_that_word_keeps_in_its_other_format_are_stored(page, article):
    digits = picture().hex()
    shape = f"{{\\pict{{\\*\\picprop{{\\sp{{\\sn wzName}}{{\\sv a}}}}}}\\picw60\\pich40\\pngblip \n{digits[:64]}\n{digits[64:]}}}"
    rtf = f"{{\\rtf1 {{\\*\\shppict{shape}}}{{\\nonshppict{{\\pict\\wmetafile8 0100}}}}}}"
    paste(page, "<p class=MsoNormal>图：<img src='file:///C:/a.png'></p>", rtf=rtf)
    expect(page.locator(".cke_editable img[src^='/files/']")).to_be_visible()
    assert Asset.objects.get().src in save(page, article)


def test_a_picture_copied_by_itself_is_taken_from_its_file(page, article):
    paste(page, "<img src='https://www.example.org/a.png'>", file=base64_of(picture()))
    expect(page.locator(".cke_editable img[src^='/files/']")).to_be_visible()
    assert Asset.objects.count() == 1


def test_the_likeness_of_words_is_not_taken_for_a_picture(page, article):
    paste(page, "<p class=MsoNormal>样例</p>", file=base64_of(picture()))
    expect(page.locator(".cke_editable")).to_contain_text("样例")
    assert save(page, article) == "<p>样例</p>"
    assert not Asset.objects.exists()


def test_what_is_no_picture_we_keep_is_left_out_with_its_reason(page, article):
    paste(page, f"<p>图：<img src='data:image/bmp;base64,{base64_of(b'BM no picture')}'></p>")
    expect(page.locator(".cke_notification_info")).to_contain_text("图片未能存入")
    assert "img" not in save(page, article)


def test_nothing_is_lost_when_the_server_does_not_answer(page, article, problems):
    page.route("**/clean-paste/", lambda route: route.abort())
    paste(page, WORD)
    expect(page.locator(".cke_editable")).to_contain_text("样例正文第一段")
    expect(page.locator(".cke_notification_warning")).to_contain_text("服务器没有回应")
    assert "样例正文第一段" in save(page, article)
    assert [problem for problem in problems if "clean-paste" in problem]
    problems.clear()


def test_nothing_is_lost_when_the_sign_in_has_expired(page, article, problems):
    page.context.clear_cookies()
    paste(page, "<p class=MsoNormal>样例正文</p>")
    expect(page.locator(".cke_editable")).to_contain_text("样例正文")
    expect(page.locator(".cke_notification_warning")).to_contain_text("登录")
    problems.clear()


def test_plain_text_stays_plain(page, article):
    paste(page, text="第一行\n第二行 <b>")
    expect(page.locator(".cke_editable")).to_contain_text("第二行 <b>")


def test_the_button_for_plain_text_takes_the_words_alone(page, article):
    page.evaluate("CKEDITOR.instances.id_body._.nextPasteType = 'text'")
    paste(page, "<p><b>样例</b></p>", text="样例")
    expect(page.locator(".cke_editable")).to_contain_text("样例")
    assert "strong" not in save(page, article)
