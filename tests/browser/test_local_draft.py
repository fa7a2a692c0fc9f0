"""What is typed survives a closed window, an expired sign-in and a lost connection, and is offered to nobody else."""

import json
import re

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from news.models import Article
from publishing import roles
from tests.browser.test_editing import editor, form_of, newest_body
from tests.factories import make_article, make_column, make_label, make_staff
from tests.files.samples import make_document
from tests.publishing.test_admin_list import save_again

pytestmark = pytest.mark.django_db(transaction=True)

DRAFTS = "Object.entries(localStorage).filter(([key]) => key.startsWith('draft:'))"


@pytest.fixture
def enter(live_server):
    """A function that signs a person in to the window of ``page`` and returns him."""

    def sign_in(page, user=None):
        user = user or make_staff(roles.PUBLISHER, name="样例编辑")
        client = Client()  # another person in another window must not end this one's session
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        return user

    return sign_in


def ready(page):
    """Wait until the form listens."""
    editor(page)
    expect(page.locator("input[name=local_draft]")).to_have_count(1)


def kept(page):
    expect(page.locator(".local-draft-kept")).to_contain_text("已暂存在本机")


def assert_drafts(page, count):
    """Wait until so many drafts are kept: a page that comes back takes over those of the page before, one by one."""
    for _ in range(50):
        if len(page.evaluate(DRAFTS)) == count:
            return
        page.wait_for_timeout(100)
    assert len(page.evaluate(DRAFTS)) == count


def crash(page):
    """Close the window as a crash does: without a question, and without a last word of the page."""
    context = page.context
    page.close(run_before_unload=False)
    return context.new_page()


def test_after_a_crash_the_text_is_offered_and_comes_back_whole(page, enter):
    label, document = make_label("样例标签"), make_document(title="样例文件")
    article = make_article(title="样例标题", body="<p>样例正文。</p>")
    enter(page)
    page.goto(form_of(article))
    ready(page)
    page.locator("#id_title").fill("样例新标题")
    editor(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text("后加的一句。")
    page.locator(".field-labels .select2-selection").click()
    page.get_by_role("option", name="样例标签").click()
    page.get_by_role("button", name="添加附件").click()
    row = page.locator("#attachments-2")
    row.locator(".select2-selection").click()
    page.get_by_role("option", name="样例文件").click()
    row.locator(".field-caption input").fill("样例说明")
    kept(page)
    page.wait_for_timeout(2000)

    page = crash(page)
    page.goto(form_of(article))
    ready(page)
    offer = page.locator(".local-draft")
    expect(offer).to_contain_text(re.compile(r"您有 \d\d:\d\d 未保存的内容。"))
    expect(offer).not_to_contain_text("此后")
    expect(page.locator("#id_title")).to_have_value("样例标题")  # nothing comes back by itself
    offer.get_by_role("button", name="恢复").click()
    expect(offer).to_contain_text("已恢复，尚未保存")
    expect(page.locator("#id_title")).to_have_value("样例新标题")
    expect(editor(page)).to_contain_text("后加的一句。")
    expect(page.locator(".field-labels .select2-selection")).to_contain_text("样例标签")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".messagelist")).to_contain_text("已保存")
    content = article.dossier.newest_revision.content
    assert content["fields"]["title"] == "样例新标题"
    assert "后加的一句。" in content["fields"]["body"]
    assert content["labels"] == [label.pk]
    assert content["attachments"] == [{"asset": document.pk, "caption": "样例说明"}]
    ready(page)
    page.wait_for_timeout(2000)
    assert_drafts(page, 0)
    expect(page.locator(".local-draft")).to_be_empty()


def test_a_new_article_of_a_closed_window_is_offered_and_one_that_still_lives_is_not(page, enter):
    make_column(title="样例栏目")
    enter(page)
    page.goto("/admin/news/article/add/")
    ready(page)
    page.locator("#id_title").fill("样例新稿")
    kept(page)
    second = page.context.new_page()
    second.goto("/admin/news/article/add/")
    ready(second)
    for _time in range(2):
        second.wait_for_timeout(1000)
        expect(second.locator(".local-draft")).to_be_empty()
        second = crash(second)
        second.goto("/admin/news/article/add/")
        ready(second)

    second = crash(page)
    second.goto("/admin/news/article/add/")
    ready(second)
    second.get_by_role("button", name="恢复").click()
    expect(second.locator("#id_title")).to_have_value("样例新稿")
    second.locator(".field-column .select2-selection").click()
    second.get_by_role("option", name="样例栏目").click()
    second.get_by_role("button", name="保存草稿").click()
    expect(second.locator(".messagelist")).to_contain_text("已保存为第 1 版")
    ready(second)
    assert_drafts(second, 0)
    assert Article.objects.get().title == "样例新稿"


def test_a_discarded_draft_is_gone_unless_one_thinks_better_of_it(page, enter):
    article = make_article(title="样例标题")
    enter(page)
    page.goto(form_of(article))
    ready(page)
    page.locator("#id_title").fill("样例新标题")
    kept(page)
    page = crash(page)
    page.goto(form_of(article))
    ready(page)
    page.get_by_role("button", name="丢弃").click()
    assert_drafts(page, 0)
    page.get_by_role("button", name="撤消", exact=True).and_(page.locator("[data-undo]")).click()
    assert len(page.evaluate(DRAFTS)) == 1
    page.get_by_role("button", name="丢弃").click()
    page.reload()
    ready(page)
    expect(page.locator(".local-draft")).to_be_empty()


def test_a_draft_on_an_older_revision_says_so_and_meets_the_newer_one_when_it_is_saved(page, enter):
    article = make_article(title="样例标题")
    enter(page)
    page.goto(form_of(article))
    ready(page)
    page.locator("#id_title").fill("我的标题")
    kept(page)
    save_again(article, title="他人的标题", author=make_staff(roles.AUTHOR, name="样例同事"))
    page = crash(page)
    page.goto(form_of(article))
    ready(page)
    expect(page.locator(".local-draft")).to_contain_text(re.compile("此后样例同事于 .* 保存了第 2 版。"))
    page.get_by_role("button", name="恢复").click()
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".conflict")).to_contain_text("他人的标题")
    expect(page.locator("#id_title")).to_have_value("我的标题")
    assert_drafts(page, 1)  # refused, so it is kept
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".messagelist")).to_contain_text("已保存")
    assert article.dossier.newest_revision.content["fields"]["title"] == "我的标题"


def test_an_expired_sign_in_keeps_the_page_and_signing_in_elsewhere_lets_it_be_saved(page, enter, live_server):
    article = make_article(title="样例标题")
    editor_in_chief = enter(
        page, make_staff(roles.PUBLISHER, name="样例编辑", username="bianji", password="a-Sample-Password")
    )
    page.goto(form_of(article))
    ready(page)
    page.locator("#id_title").fill("样例新标题")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_role("button", name="保存草稿").click()
    notice = page.locator(".local-draft-notice")
    expect(notice).to_contain_text("登录已过期，内容没有保存")
    expect(page.locator("#id_title")).to_have_value("样例新标题")
    assert page.url.endswith(form_of(article))

    with page.expect_popup() as popup:
        notice.get_by_role("link", name="在新窗口中登录").click()
    other = popup.value
    other.get_by_label("用户名").fill(editor_in_chief.username)
    other.get_by_label("密码", exact=True).fill("a-Sample-Password")
    other.get_by_role("button", name="登录").click()
    expect(other).to_have_url(re.compile("/admin/$"))
    other.close()
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".messagelist")).to_contain_text("已保存")
    assert article.dossier.newest_revision.content["fields"]["title"] == "样例新标题"


def test_under_another_name_nothing_is_saved_and_nothing_is_shown(page, enter):
    article = make_article(title="样例标题")
    enter(page)
    page.goto(form_of(article))
    ready(page)
    page.locator("#id_title").fill("样例新标题")
    kept(page)
    enter(page, make_staff(roles.PUBLISHER, name="样例同事"))
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".local-draft-notice")).to_contain_text("现在以“样例同事”的身份登录")
    assert article.dossier.revisions.count() == 1
    page = crash(page)
    page.goto(form_of(article))
    ready(page)
    page.wait_for_timeout(500)
    expect(page.locator(".local-draft")).to_be_empty()
    assert len(page.evaluate(DRAFTS)) == 1


def test_without_a_connection_the_text_stays_and_is_saved_when_it_is_back(page, enter, problems):
    article = make_article(title="样例标题", body="<p>样例正文。</p>")
    enter(page)
    page.goto(form_of(article))
    ready(page)
    editor(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text("路上写的。")
    page.context.set_offline(True)
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".local-draft-notice")).to_contain_text("暂时无法连接本站，内容没有保存")
    assert "路上写的。" in json.dumps(page.evaluate(DRAFTS), ensure_ascii=False)
    page.context.set_offline(False)
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".messagelist")).to_contain_text("已保存")
    assert "路上写的。" in newest_body(article)
    assert any("ERR_INTERNET_DISCONNECTED" in problem for problem in problems)
    problems.clear()


def test_what_was_taken_back_is_no_draft(page, enter):
    enter(page)
    page.goto(form_of(make_article(title="样例标题")))
    ready(page)
    page.locator("#id_title").fill("样例新标题")
    kept(page)
    page.locator("#id_title").fill("样例标题")
    expect(page.locator(".local-draft-kept")).to_be_empty()
    assert_drafts(page, 0)


def test_old_and_broken_drafts_are_cleared_away(page, enter):
    article = make_article(title="样例标题")
    user = enter(page)
    page.goto("/healthz")
    key = f"draft:{user.pk}:news.article:{article.pk}"
    page.evaluate(
        """(key) => {
            const day = 24 * 60 * 60 * 1000;
            const draft = (days) => JSON.stringify({at: Date.now() - days * day, base: "1", fields: [["title", "旧稿"]]});
            localStorage.setItem(key + ":0000000000000001", draft(15));
            localStorage.setItem(key + ":0000000000000002", draft(13));
            localStorage.setItem(key + ":0000000000000003", "{broken");
        }""",
        key,
    )
    page.goto(form_of(article))
    ready(page)
    expect(page.get_by_role("button", name="恢复")).to_have_count(1)
    assert [entry[0][-1] for entry in page.evaluate(DRAFTS)] == ["2"]


def test_a_full_storage_is_passed_over_in_silence(page, enter):
    article = make_article(title="样例标题")
    enter(page)
    page.add_init_script(
        "(set => { Storage.prototype.setItem = function (key, value) {"
        "if (key.startsWith('draft:')) throw new DOMException('full', 'QuotaExceededError');"
        "set.call(this, key, value); }; })(Storage.prototype.setItem)"
    )
    page.goto(form_of(article))
    ready(page)
    page.locator("#id_title").fill("样例新标题")
    page.wait_for_timeout(2000)
    expect(page.locator(".local-draft-kept")).to_be_empty()
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".messagelist")).to_contain_text("已保存")


def test_without_scripts_the_form_works_as_ever(open_browser, enter):
    article = make_article(title="样例标题")
    page = open_browser(java_script_enabled=False)
    enter(page)
    page.goto(form_of(article))
    page.locator("#id_title").fill("样例新标题")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".messagelist")).to_contain_text("已保存")
