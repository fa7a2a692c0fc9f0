"""Two editors at once, in two windows: the second sees both versions and takes over what he wants."""

import pytest
from playwright.sync_api import expect

from publishing import roles
from tests.browser.test_editing import editor, form_of
from tests.browser.test_local_draft import enter, ready  # noqa: F401 a fixture
from tests.factories import make_article, make_staff

pytestmark = pytest.mark.django_db(transaction=True)

BODY = "<p>八月二十九日上午，升旗仪式在自由贸易试验区举行。</p><p>会长宣布质量月活动开始。</p>"


@pytest.fixture
def both(page, open_browser, enter):  # noqa: F811
    """The window of the second editor, whose save on an old revision was refused, and the item."""
    article = make_article(title="样例标题", body=BODY)
    other = open_browser()
    enter(page, make_staff(roles.PUBLISHER, name="样例编辑"))
    page.goto(form_of(article))
    ready(page)
    enter(other, make_staff(roles.PUBLISHER, name="样例同事"))
    other.goto(form_of(article))
    ready(other)
    other.locator("#id_title").fill("质量月升旗仪式")
    editor(other).locator("p").first.click()
    other.keyboard.press("Control+Home")
    other.keyboard.insert_text("同事写的。")
    other.get_by_role("button", name="保存草稿").click()
    expect(other.locator(".messagelist")).to_contain_text("已保存")
    page.locator("#id_title").fill("质量月启动仪式")
    editor(page).locator("p").last.click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text("我写的。")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".conflict")).to_be_visible()
    ready(page)
    return page, article


def test_both_versions_stand_side_by_side_under_the_error(both, assert_accessible):
    page, _article = both
    expect(page.locator(".errorlist.nonfield")).to_contain_text("样例同事")
    conflict = page.locator(".conflict")
    expect(conflict.locator(".heads")).to_contain_text("样例同事 · 第 2 版")
    expect(conflict.locator("del").first).to_contain_text("升旗")
    expect(conflict.locator("ins").first).to_contain_text("启动")
    expect(page.locator("#id_title")).to_have_value("质量月启动仪式")
    expect(editor(page)).to_contain_text("我写的。")
    conflict.locator("summary").click()
    expect(conflict.locator("details")).to_contain_text("同事写的。")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert_accessible(page, within=".conflict")


def test_the_words_of_the_other_are_taken_over_and_given_back(both):
    page, article = both
    title, body = page.locator("[data-take-over=id_title]"), page.locator("[data-take-over=id_body]")
    title.click()
    expect(page.locator("#id_title")).to_have_value("质量月升旗仪式")
    title.click()
    expect(page.locator("#id_title")).to_have_value("质量月启动仪式")
    title.click()
    body.click()
    expect(editor(page)).to_contain_text("同事写的。")
    body.click()
    expect(editor(page)).to_contain_text("我写的。")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".messagelist")).to_contain_text("第 3 版")
    fields = article.dossier.newest_revision.content["fields"]
    assert fields["title"] == "质量月升旗仪式"
    assert "我写的。" in fields["body"]
    assert "同事写的。" not in fields["body"]


def test_on_a_telephone_it_fits_as_well(both):
    page, _article = both
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
