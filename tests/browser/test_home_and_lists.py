"""The home page and the lists in a browser: every width, every reading size, both themes, with and without scripts."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from notices.models import Notice
from portal import starter
from portal.models import HomeBlock, ServiceLink
from publishing.models import Column, Label
from tests.factories import make_activity, make_article, make_notice
from tests.files.samples import make_document, make_image, photograph

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = (320, 390, 768, 1024, 1440, 1600)
LONG = "样例：关于组织开展上海市质量管理小组活动骨干培训与诊断师资格考评暨质量信得过班组建设经验交流会议的通知"
PAGES = (
    "/",
    "/news/",
    "/news/?column={files}",
    "/notices/",
    "/notices/?year=2024&term=closed&words=样例",
    "/notices/?words=没有这样的文件",
    "/activities/",
    "/activities/?phase=past",
)


@pytest.fixture
def pages(transactional_db, settings, tmp_path):
    """Fill the portal as on a busy day; return the addresses of its home page and lists."""
    settings.MEDIA_ROOT = tmp_path
    starter.set_up()
    now = timezone.now()
    columns = {column.title: column for column in Column.objects.all()}
    labels = list(Label.objects.all())
    picture, document = make_image(photograph(1200, 750), title="样例图片"), make_document()
    files = Column.objects.create(subject="news", title="资料下载", list_style=Column.ListStyle.FILES, order=9)
    make_article(column=files, attachments=[document], title=LONG)
    make_article(
        column=columns["要闻"], title=f"{LONG} 数字化质量技术研讨会", summary="样例摘要。" * 12, labels=labels[:1]
    )
    for number in range(22):
        make_article(
            column=columns["最新动态"],
            title=LONG if number % 3 else f"样例新闻{number}",
            cover=picture if number % 2 else None,
            labels=labels if number == 1 else (),
            published_at=now - timedelta(days=20 * number + 1),
        )
    for number, kind in enumerate(list(Notice.Kind) * 4):
        make_notice(
            column=columns["通知公告"],
            title=LONG if number % 3 else f"样例通知{number}",
            kind=kind,
            labels=labels[:number],
            deadline_at=now + timedelta(days=4 * number - 20) if number % 2 else None,
            deadline_purpose="申报",
            published_at=now - timedelta(days=60 * number + 1),
            is_dated=number != 5,
            pinned_until=now + timedelta(days=1) if number == 3 else None,
        )
    for number in range(9):
        make_activity(
            column=columns["会员活动"],
            title=LONG if number % 2 else "样例活动",
            starts_at=now + timedelta(days=9 * number - 40) if number else None,
            place="样例：上海展览中心友谊会堂三楼报告厅及线上同步直播分会场",
            seats=500,
            labels=labels[:2],
        )
    HomeBlock.objects.create(region="services", title="奖项与服务", count=8)
    for order, mark in enumerate("奖匠组班"):
        ServiceLink.objects.create(
            mark=mark, title="上海质量工匠", description="推荐、命名与发布会", order=order, subject="news"
        )
    return [page.format(files=files.pk) for page in PAGES]


def assert_holds_its_width(page, width):
    """Fail with the elements that stick out, if the page scrolls sideways."""
    page.set_viewport_size({"width": width, "height": 900})
    outside = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
            .filter(element => element.getBoundingClientRect().right > innerWidth + 1)
            .map(element => element.tagName + '.' + element.className)"""
    )
    assert outside == [], f"{page.url} at {width}"


def test_every_page_holds_every_width_in_every_reading_size(page, pages):
    for address in pages:
        for size in ("biaozhun", "da", "teda"):
            page.goto(f"{address}{'&' if '?' in address else '?'}zihao={size}")
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
        page.goto(f"{address}{'&' if '?' in address else '?'}zihao=teda")
        assert_accessible(page)


def test_the_filter_works_without_scripts(open_browser, pages):
    page = open_browser(java_script_enabled=False)
    page.goto("/notices/?kind=decision")
    page.get_by_label("办理状态").select_option(label="办理中")
    page.get_by_label("标题或文号").fill("样例")
    page.get_by_role("button", name="筛选").click()
    expect(page).to_have_url(re.compile(r"kind=decision.*term=open"))
    expect(page.get_by_role("link", name="决定")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="清除“办理中”").click()
    expect(page).not_to_have_url(re.compile("term"))
    expect(page.get_by_label("标题或文号")).to_have_value("样例")


def test_the_lead_picture_is_loaded_and_the_strip_lies_under_the_ruler(page, pages):
    page.goto("/")
    expect(page.locator(".art-lead")).to_be_visible()
    assert page.evaluate("document.querySelector('.art-lead').naturalWidth") > 0
    days = [box.bounding_box()["y"] for box in page.locator(".act").all()]
    assert len(days) == 4
    assert len(set(days)) == 1, "four columns side by side"


def test_rows_give_their_title_the_room(phone, pages):
    """A picture source or another stray element must not take the place of the title in the grid of a row."""
    phone.goto("/news/")
    for row in phone.locator(".ann").all()[:6]:
        picture, title = row.locator("img").bounding_box(), row.locator("h3").bounding_box()
        assert title["x"] > picture["x"] + picture["width"]
        assert title["width"] > 200
