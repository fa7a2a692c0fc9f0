"""An editor's day, from the paste to the withdrawal, by the five people it takes and a reader who looks on."""

import base64
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from audit.models import Entry
from news.models import Article
from outbox.models import Message
from publishing import roles
from publishing.models import ProofCheck
from tests.browser.test_editing import PASTE, editor
from tests.factories import make_column, make_review, make_staff
from tests.files.samples import picture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

WORD = Path(__file__).parent.parent / "publishing" / "clipboard" / "word.html"


@pytest.fixture
def desk(live_server, open_browser):
    """A function that gives a window in which a person of ``role`` is signed in."""
    roles.grant_permissions()  # the flush before this test took the groups away

    def sit_down(role, name):
        page, client = open_browser(), Client()  # of its own: signing in ends the session before
        client.force_login(make_staff(role, name=name))
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    return sit_down


def told(page, text):
    expect(page.locator(".messagelist")).to_contain_text(text)


def save(page):
    page.get_by_role("button", name="保存草稿").click()
    told(page, "已保存")


def submit(page, form):
    page.goto(form)
    editor(page)
    page.locator("[name=_submit]").click()
    page.wait_for_url("**/verb/submit/")
    page.get_by_role("button", name="提交审核").click()
    told(page, "已提交审核")


def pass_on(page, review, button="通过"):
    """Open the first text that waits on the dashboard, tick every check and pass it."""
    page.goto("/admin/")
    page.locator("section[aria-labelledby=waiting] a").first.click()
    expect(page).to_have_url(re.compile(review))
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator(".messagelist")).to_be_visible()


def test_a_day_at_the_desk(desk, open_browser):
    for stage in ("first", "second", "final"):
        ProofCheck.objects.create(stage=stage, text=f"样例校对项 {stage}")
    make_column(title="样例栏目", review_steps=3)
    author = desk(roles.AUTHOR, "样例作者")
    first = desk(roles.REVIEWER, "样例初审员")
    second = desk(roles.REVIEWER, "样例复审员")
    publisher = desk(roles.PUBLISHER, "样例发布员")
    reader = open_browser()

    # Written by pasting from Word, with a picture from the clipboard.
    author.goto("/admin/news/article/add/")
    author.locator("#id_title").fill("样例：质量月升旗仪式")
    author.locator(".field-column .select2-selection").click()
    author.get_by_role("option", name="样例栏目").click()
    editor(author).click()
    author.evaluate(PASTE, [".cke_editable", WORD.read_text("utf-8"), ""])
    expect(author.locator(".cke_editable table")).to_be_visible()
    author.evaluate(PASTE, [".cke_editable", "", base64.b64encode(picture()).decode()])
    expect(author.locator(".cke_editable img[src^='/files/']")).to_be_visible()
    author.locator(".cke_editable img[src^='/files/']").dblclick()
    author.get_by_role("textbox", name=re.compile("替(换|代)文(本|字)")).fill("升旗仪式现场")
    author.get_by_role("button", name="确定").click()
    save(author)
    article = Article.objects.get()
    form, review = f"/admin/news/article/{article.pk}/change/", f"/admin/news/article/{article.pk}/review/"
    assert "Mso" not in article.body
    assert 'alt="升旗仪式现场"' in article.body

    # Submitted, returned with a reason, corrected, submitted again.
    submit(author, form)
    first.goto("/admin/")
    first.locator("section[aria-labelledby=waiting] a").first.click()
    first.get_by_label("修改意见").fill("样例：标题请写明地点。")
    first.get_by_role("button", name="退回修改").click()
    told(first, "已附您的意见退回作者")
    author.goto("/admin/")
    author.locator("section[aria-labelledby=returned] a").first.click()
    expect(author.locator(".review-state")).to_contain_text("样例：标题请写明地点。")
    author.locator("#id_title").fill("样例：质量月升旗仪式在样例园区举行")
    author.locator("[name=_submit]").click()
    author.wait_for_url("**/verb/submit/")
    tomorrow = timezone.localtime() + timedelta(days=1)
    author.locator("#id_publish_at_0").fill(f"{tomorrow:%Y-%m-%d}")
    author.locator("#id_publish_at_1").fill("09:00")
    author.get_by_role("button", name="提交审核").click()
    told(author, "已提交审核")

    # Three reviews by three people; it is scheduled, and then put before the readers today.
    pass_on(first, review)
    first.goto(review)
    expect(first.locator(".review-hint")).to_contain_text("每一步须由不同的人审核")
    pass_on(second, review)
    assert reader.goto(f"/news/{article.pk}/").status == 404
    pass_on(publisher, review, "通过并发布")
    article.refresh_from_db()
    assert article.status == Article.Status.SCHEDULED
    publisher.goto(form)
    expect(publisher.locator(".item-state")).to_contain_text("已定时")
    publisher.get_by_role("link", name="修改日期").click()
    earlier = timezone.localtime() - timedelta(hours=1)
    publisher.locator("#id_at_0").fill(f"{earlier:%Y-%m-%d}")
    publisher.locator("#id_at_1").fill(f"{earlier:%H:%M}")
    publisher.get_by_role("button", name="修改日期").click()
    expect(publisher.locator(".messagelist")).to_be_visible()
    reader.goto(f"/news/{article.pk}/")
    expect(reader.get_by_role("heading", level=1)).to_contain_text("样例园区")

    # The live text is corrected under review while readers see the old one.
    author.goto(form)
    editor(author)
    author.locator("#id_title").fill("样例：质量月升旗仪式在样例会场举行")
    save(author)
    submit(author, form)
    pass_on(first, review)
    second.goto(review)
    expect(second.locator(".comparison ins").first).to_contain_text("会场")
    reader.reload()
    expect(reader.get_by_role("heading", level=1)).to_contain_text("样例园区")
    pass_on(second, review)
    pass_on(publisher, review, "通过并发布")
    reader.reload()
    expect(reader.get_by_role("heading", level=1)).to_contain_text("样例会场")

    # Compared and restored from the history; readers keep what was reviewed.
    author.goto(f"/admin/news/article/{article.pk}/history/")
    author.locator("input[name=old][value='2']").check()
    author.get_by_role("button", name="比较").click()
    expect(author.locator(".comparison del").first).to_contain_text("园区")
    author.get_by_role("button", name=re.compile("恢复第 2 版")).click()
    told(author, "第 2 版")
    reader.reload()
    expect(reader.get_by_role("heading", level=1)).to_contain_text("样例会场")

    # Withdrawn: the address says so, and the sheet tells the whole day.
    publisher.goto(form)
    publisher.get_by_role("link", name="撤回", exact=True).click()
    publisher.locator("#id_reason").fill("样例：活动取消")
    publisher.get_by_role("button", name="撤回").click()
    assert reader.reload().status == 410
    expect(reader.locator("main")).to_contain_text("样例：活动取消")
    publisher.goto(f"/admin/news/article/{article.pk}/sheet/")
    for words in (
        "样例初审员",
        "样例复审员",
        "样例发布员",
        "样例：标题请写明地点。",
        "样例校对项 final",
        "样例：活动取消",
    ):
        expect(publisher.locator(".sheet")).to_contain_text(words)
    publisher.emulate_media(media="print")
    expect(publisher.locator("#header")).to_be_hidden()

    actions = list(Entry.objects.filter(item=article.pk).order_by("number").values_list("action", flat=True))
    assert actions.count("passed") == 6
    assert actions[-1] == "withdrawn"
    assert Message.objects.filter(to__name="样例作者", subject__contains="退回修改").count() == 1


def test_the_pages_of_the_review_are_accessible(desk, open_browser, assert_accessible):
    ProofCheck.objects.create(stage="first", text="样例校对项")
    review = make_review(title="样例标题")
    reviewer = desk(roles.REVIEWER, "样例初审员")
    for page in ("review", "sheet"):
        reviewer.goto(f"/admin/news/article/{review.dossier_id}/{page}/")
        assert_accessible(reviewer)
    for width in (1440, 390):
        reviewer.set_viewport_size({"width": width, "height": 900})
        reviewer.goto(f"/admin/news/article/{review.dossier_id}/review/")
        assert reviewer.evaluate("document.documentElement.scrollWidth <= innerWidth")
