"""The media library beside the text: choosing, bringing files, saying what they show, and what goes wrong on the way."""

import base64

import pytest
from django.conf import settings
from playwright.sync_api import expect

from accounts.models import Session
from files.models import Asset
from files.recognition import MAX_IMAGE_BYTES
from news.models import Article
from publishing import roles
from tests.factories import make_article, make_staff
from tests.files import samples
from tests.files.samples import make_document, make_image, make_video

pytestmark = pytest.mark.django_db(transaction=True)

DROP = """async ([selector, files]) => {
    const data = new DataTransfer();
    for (const [name, type, text, size] of files) {
        const bytes = size ? new Uint8Array(size) : Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
        data.items.add(new File([bytes], name, {type}));
    }
    const target = document.querySelector(selector);
    target.scrollIntoView({block: "center"});
    const {left, top} = target.getBoundingClientRect();
    const place = {clientX: left + 60, clientY: top + 30, bubbles: true, cancelable: true, dataTransfer: data};
    for (const name of ["dragenter", "dragover", "drop"]) target.dispatchEvent(new DragEvent(name, place));
}"""


@pytest.fixture(autouse=True)
def own_media_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def open_form(client, live_server):
    """A function that signs an author in to ``page`` and opens the form of a new draft, which it returns."""

    def open_it(page, role=roles.AUTHOR, body="<p>样例正文。</p>"):
        article = make_article(published_at=None, body=body)
        client.force_login(make_staff(role))
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page.goto(f"/admin/news/article/{article.pk}/change/")
        expect(page.locator(".cke_editable").first).to_be_editable()
        return article

    return open_it


def open_dialog(page):
    page.locator(".cke_button__library").click()
    dialog = page.get_by_role("dialog", name="媒体库")
    expect(dialog.get_by_role("status")).not_to_have_text("正在读取…")
    return dialog


def drop(page, *files, on=".cke_editable"):
    """Drop files (name, type, bytes; or a number of bytes, all zero) on the element ``on``."""
    told = [
        [name, kind, "", content] if isinstance(content, int) else [name, kind, base64.b64encode(content).decode(), 0]
        for name, kind, content in files
    ]
    page.evaluate(DROP, [on, told])
    return page.get_by_role("dialog", name="媒体库")


def save(page):
    with page.expect_navigation():  # the form asks first whether one is signed in; the last save's word still stands
        page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".messagelist")).to_contain_text("已保存")


def newest_body(item):
    return item.dossier.newest_revision.content["fields"]["body"]


def test_a_picture_of_the_library_is_found_described_and_inserted(page, open_form, assert_accessible):
    for number in range(26):
        make_image(samples.picture(60 + number, 40), title=f"样例合影 {number}")
    wanted = make_image(title="样例会场", name="会场.png", alt_text="会场全景")
    make_document(title="样例申报表")
    article = open_form(page)
    dialog = open_dialog(page)
    expect(dialog.locator(".library-grid li")).to_have_count(24)
    dialog.get_by_role("button", name="更多").click()
    expect(dialog.locator(".library-grid li")).to_have_count(28)
    expect(dialog.get_by_role("button", name="更多")).to_be_hidden()
    dialog.get_by_role("button", name="文件", exact=True).click()
    expect(dialog.locator(".library-grid li")).to_have_count(1)
    dialog.get_by_role("button", name="图片", exact=True).click()
    dialog.get_by_label("搜索标题、文件名或说明").fill("没有的字")
    expect(dialog.get_by_role("status")).to_contain_text("没有找到“没有的字”")
    dialog.get_by_label("搜索标题、文件名或说明").fill("样例会场 会场.jpg")
    expect(dialog.locator(".library-grid li")).to_have_count(1)
    page.keyboard.press("Tab")
    for _kind in range(4):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    words = dialog.get_by_label("替代文字")
    expect(words).to_have_value("会场全景")
    expect(words).to_be_focused()
    assert_accessible(page, within="dialog")
    words.fill("会场.png")
    dialog.get_by_role("button", name="插入正文").click()
    expect(dialog.locator(".library-field .library-error")).to_contain_text("这是文件名")
    expect(words).to_be_focused()
    words.fill("主席台上的会标")
    dialog.get_by_role("button", name="插入正文").click()
    expect(dialog).to_be_hidden()
    save(page)
    body = newest_body(article)
    assert f'src="{wanted.src}"' in body
    assert 'alt="主席台上的会标"' in body
    assert f'width="{wanted.width}"' in body
    wanted.refresh_from_db()
    assert wanted.alt_text == "会场全景"


def test_two_dropped_files_are_uploaded_and_inserted_where_they_fell(page, open_form):
    article = open_form(page)
    dialog = drop(
        page, ("升旗.png", "image/png", samples.picture()), ("申报表.docx", "application/octet-stream", samples.docx())
    )
    picture, document = dialog.locator(".library-card").nth(0), dialog.locator(".library-card").nth(1)
    expect(picture.get_by_label("替代文字")).to_have_value("")
    expect(document).to_contain_text("以链接的形式")
    expect(document.get_by_label("链接文字")).to_have_value("申报表")
    expect(dialog.locator("[aria-live=polite]")).to_have_text("申报表.docx 已上传。")
    dialog.get_by_role("button", name="插入正文").click()
    expect(picture.locator(".library-error")).to_contain_text("说明图中内容")
    picture.get_by_label("替代文字").fill("升旗仪式现场")
    document.get_by_label("链接文字").fill("申报表（Word）")
    dialog.get_by_role("button", name="插入正文").click()
    expect(dialog).to_be_hidden()
    save(page)
    body = newest_body(article)
    assert 'alt="升旗仪式现场"' in body
    stored = Asset.objects.get(kind="document")
    assert f'<a href="/files/{stored.pk}/" rel="noopener">申报表（Word）</a>' in body
    assert Asset.objects.get(kind="image").alt_text == "升旗仪式现场"
    assert article.dossier.newest_revision.file_uses.count() == 2


def test_what_will_not_be_taken_is_told_before_a_byte_is_sent(page, open_form):
    open_form(page)
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/upload/") else None)
    dialog = drop(
        page,
        ("大图.png", "image/png", MAX_IMAGE_BYTES + 1),
        ("材料.zip", "application/zip", b"PK"),
        ("空.txt", "text/plain", b""),
    )
    errors = dialog.locator(".library-card .library-error")
    expect(errors).to_have_text(
        [
            "大图.png 有 21 MB，最多接收 20 MB。请压缩后上传。",
            "媒体库不接收 材料.zip 这类文件。请解压后逐个上传其中的文档。",
            "空.txt 是空文件，请检查后重新上传。",
        ]
    )
    expect(dialog.get_by_role("button", name="重试")).to_have_count(0)
    assert sent == []
    dialog.get_by_role("button", name="插入正文").click()
    expect(dialog.locator(".library-foot")).to_contain_text("有文件没有上传成功")


def test_the_button_for_one_picture_tells_it_as_well(page, open_form, tmp_path):
    large = tmp_path / "大图.png"
    with large.open("wb") as file:
        file.truncate(MAX_IMAGE_BYTES + 1)
    open_form(page)
    with page.expect_file_chooser() as chooser:
        page.locator(".cke_button__image").click()
    chooser.value.set_files(large)
    expect(page.locator(".cke_notification_warning")).to_contain_text("最多接收 20 MB")


def test_what_the_server_refuses_is_said_beside_the_file(page, open_form):
    open_form(page)
    dialog = drop(page, ("报告.pdf", "application/pdf", b"MZ\x90\0" + bytes(80)))
    expect(dialog.locator(".library-card .library-error")).to_contain_text("文件内容是程序")


def test_a_lost_connection_is_told_and_the_file_can_be_sent_again(page, open_form, problems):
    open_form(page)
    page.context.set_offline(True)
    dialog = drop(page, ("升旗.png", "image/png", samples.picture()))
    expect(dialog.locator(".library-card .library-error")).to_contain_text("连接中断")
    assert not Asset.objects.exists()
    page.context.set_offline(False)
    dialog.get_by_role("button", name="重试").last.click()
    expect(dialog.get_by_label("替代文字")).to_be_visible()
    assert Asset.objects.count() == 1
    problems.clear()


def test_an_upload_that_breaks_off_under_way_can_be_sent_again(page, open_form, problems):
    open_form(page)
    page.route("**/files/asset/upload/", lambda route: route.abort("connectionreset"))
    dialog = drop(page, ("升旗.png", "image/png", samples.picture()))
    expect(dialog.locator(".library-card .library-error")).to_contain_text("连接中断")
    page.unroute("**/files/asset/upload/")
    dialog.get_by_role("button", name="重试").click()
    expect(dialog.get_by_label("替代文字")).to_be_visible()
    problems.clear()


def test_the_progress_is_shown_and_an_upload_can_be_cancelled(page, open_form, problems):
    open_form(page)
    held = []
    page.route("**/files/asset/upload/", lambda route: held.append(route))
    dialog = drop(page, ("升旗.png", "image/png", samples.picture()), ("合影.png", "image/png", samples.photograph()))
    expect(dialog.get_by_role("progressbar", name="上传 升旗.png")).to_be_visible()
    expect(dialog.locator(".library-card").nth(1)).to_contain_text("等待上传")
    dialog.get_by_role("button", name="插入正文").click()
    expect(dialog.locator(".library-foot")).to_contain_text("还有文件正在上传")
    dialog.locator(".library-card").nth(0).get_by_role("button", name="取消").click()
    expect(dialog.locator("[aria-live=polite]")).to_have_text("已取消上传 升旗.png。")
    expect(dialog.locator(".library-card")).to_have_count(1)
    held[-1].abort()
    expect(dialog.locator(".library-card .library-error")).to_contain_text("连接中断")
    problems.clear()


def test_who_is_signed_out_meanwhile_signs_in_elsewhere_and_tries_again(page, open_form, client, live_server):
    open_form(page)
    dialog = open_dialog(page)
    Session.objects.all().delete()
    drop(page, ("升旗.png", "image/png", samples.picture()), on="dialog.library")
    error = dialog.locator(".library-card .library-error")
    expect(error).to_contain_text("登录已失效")
    link = error.get_by_role("link", name="登录")
    assert link.get_attribute("target") == "_blank"
    with page.context.expect_page() as opened:
        link.click()
    make_staff(roles.AUTHOR, username="样例作者", password="a long password 9")
    opened.value.get_by_label("用户名").fill("样例作者")
    opened.value.locator("[name=password]").fill("a long password 9")
    opened.value.locator("main button[type=submit]").click()
    opened.value.wait_for_url("**/admin/")
    dialog.get_by_role("button", name="重试").click()
    expect(dialog.get_by_label("替代文字")).to_be_visible()


def test_a_video_is_inserted_with_its_words_and_a_poster_from_its_own_frames_and_plays(page, open_form):
    article = open_form(page, role=roles.PUBLISHER)
    dialog = drop(page, ("升旗仪式.mp4", "video/mp4", samples.mp4(320, 176)))
    expect(dialog.get_by_label("视频内容")).to_be_visible()
    dialog.get_by_role("button", name="插入正文").click()
    expect(dialog.get_by_role("alert").filter(has_text="请选择播放之前显示的封面")).to_be_visible()
    dialog.get_by_label("视频内容").fill("升旗仪式全程")
    dialog.get_by_role("button", name="用当前画面").click()
    expect(dialog.locator(".library-frame")).to_be_visible()
    dialog.get_by_role("button", name="插入正文").click()
    expect(dialog).to_be_hidden()
    save(page)
    video, poster = Asset.objects.get(kind="video"), Asset.objects.get(kind="image")
    body = newest_body(article)
    assert '<figure class="video"><video aria-label="升旗仪式全程"' in body
    assert f'src="/files/{video.pk}/video.mp4"' in body
    assert f'poster="{poster.src}"' in body
    assert (video.poster, video.alt_text) == (poster, "升旗仪式全程")
    assert {use.asset for use in article.dossier.newest_revision.file_uses.all()} == {video, poster}

    # Its words can be changed where it stands.
    page.locator(".cke_editable figure.video").dblclick()
    dialog = page.get_by_role("dialog", name="媒体库")
    expect(dialog.get_by_label("视频内容")).to_have_value("升旗仪式全程")
    dialog.get_by_label("视频内容").fill("质量月升旗仪式")
    dialog.get_by_role("button", name="确定").click()
    expect(dialog).to_be_hidden()
    save(page)
    assert 'aria-label="质量月升旗仪式"' in newest_body(article)

    Article.objects.get().publish(article.dossier.newest_revision, by=None)
    page.goto(article.get_absolute_url())
    player = page.locator(".prose video")
    assert player.evaluate("(video) => [video.preload, video.paused, video.autoplay]") == ["none", True, False]
    assert (
        player.evaluate("async (video) => { video.muted = true; await video.play(); return video.videoWidth; }") == 320
    )


def test_the_poster_can_be_a_picture_of_the_library(page, open_form):
    poster = make_image(title="样例封面")
    make_video(title="样例视频")
    open_form(page)
    dialog = open_dialog(page)
    dialog.get_by_role("button", name="样例视频").click()
    dialog.get_by_role("button", name="从媒体库选").click()
    dialog.get_by_role("button", name="样例封面").click()
    expect(dialog.locator(".library-frame")).to_be_visible()
    dialog.get_by_label("视频内容").fill("升旗仪式全程")
    dialog.get_by_role("button", name="插入正文").click()
    expect(page.locator(f".cke_editable video[poster='{poster.src}']")).to_be_visible()


def test_the_dialog_is_accessible_and_fits_a_telephone(phone, open_form, assert_accessible):
    make_image()
    make_video(title="样例视频")
    make_document()
    open_form(phone)
    dialog = open_dialog(phone)
    dialog.get_by_role("button", name="样例视频").click()
    dialog.get_by_role("button", name="样例图片").click()
    assert_accessible(phone, within="dialog")
    body = dialog.locator(".library-body")
    assert body.evaluate("(body) => body.scrollWidth <= body.clientWidth")
    assert dialog.get_by_role("button", name="插入正文").bounding_box()["y"] < phone.viewport_size["height"]


def test_an_empty_library_says_so_and_escape_leads_back_to_the_text(page, open_form):
    open_form(page)
    page.locator(".cke_editable").first.click()
    dialog = open_dialog(page)
    expect(dialog.get_by_role("status")).to_contain_text("还没有这类文件")
    dialog.get_by_role("button", name="插入正文").click()
    expect(dialog.locator(".library-foot")).to_contain_text("请先选择或上传文件")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator(".cke_editable").first).to_be_focused()


def test_a_file_that_misses_the_text_does_not_take_the_place_of_the_page(page, open_form):
    open_form(page)
    assert page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["x"], "x.png"));
            const event = new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: data});
            document.querySelector("h1").dispatchEvent(event);
            return event.defaultPrevented;
        }"""
    )
