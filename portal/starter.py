"""The structure that a fresh portal starts with; from then on it belongs to the staff."""

from collections import Counter
from pathlib import Path

from django.db import transaction

from members.models import ReminderRule
from notices.models import IssuingBody
from publishing import content, content_version
from publishing.models import Column, Label, ProofCheck, StaffNote, Stage

from .models import FriendlyLink, FriendlyLinkGroup, HomeBlock, NavigationItem, Page, SiteSettings

# Only what is known: address, telephone and record numbers are for the association to fill in.
SITE = {
    "name": "上海市质量协会",
    "name_en": "Shanghai Association for Quality",
    "description": "上海市质量协会门户网站，发布新闻动态、通知公告和会员活动。",
}
ISSUING_BODY = {"name": "上海市质量协会", "code": "沪质协", "letterhead": "上海市质量协会文件"}

COLUMNS = [  # (subject, title, list style)
    ("news", "要闻", Column.ListStyle.PICTURED),
    ("news", "最新动态", Column.ListStyle.PICTURED),
    ("notices", "通知公告", Column.ListStyle.DATED),
    ("members", "会员活动", Column.ListStyle.DATED),
    ("portal", "协会概况", Column.ListStyle.DATED),
    ("portal", "关于本站", Column.ListStyle.DATED),
]
LABELS = [
    (Label.Axis.REGION, "上海"),
    (Label.Axis.TOPIC, "会员活动"),
    (Label.Axis.TOPIC, "会员大组活动"),
    (Label.Axis.TOPIC, "质量推进活动"),
    (Label.Axis.TOPIC, "质量月活动"),
]
PROOF_CHECKS = {  # a list to begin with; what is checked at which step is for the staff to decide
    Stage.FIRST: [
        "事实、数据与出处已核对",
        "人名、职务、单位名称和日期已核对",
        "错别字、标点和计量单位已校对",
        "图片、附件与正文相符，有权使用",
    ],
    Stage.SECOND: [
        "内容符合法律法规和有关政策",
        "标题、摘要与正文一致，前后表述一致",
        "引用的文件、标准名称和编号已核对",
        "不含个人隐私和不宜公开的内容",
    ],
    Stage.FINAL: [
        "同意公开，栏目和读者范围正确",
        "此前各步的意见已落实",
        "已按发布后的样子通读一遍",
    ],
}
PAGES = [  # (name in the address and of the file with the text, column, title, summary)
    ("about", "协会概况", "协会概况", "上海市质量协会简介、章程与组织机构。"),
    ("contact", "协会概况", "联系我们", "上海市质量协会的地址、电话与办公时间。"),
    ("privacy", "关于本站", "隐私政策", "本网站收集哪些信息、怎样使用、保存多久。"),
    ("accessibility", "关于本站", "无障碍声明", "本网站为无障碍阅读做了什么、检查过什么。"),
]
PAGE_TEXTS = Path(__file__).parent / "starter_pages"

NAVIGATION = [  # (title, where it leads)
    ("首页", {"url": "/"}),
    ("新闻动态", {"subject": "news"}),
    ("通知公告", {"subject": "notices"}),
    ("会员活动", {"subject": "members"}),
    ("协会概况", {"page": "about"}),
    ("联系我们", {"page": "contact"}),
]
FOOTER = [
    ("协会概况", {"page": "about"}),
    ("会员名录", {"url": "/members/"}),
    ("联系我们", {"page": "contact"}),
    ("隐私政策", {"page": "privacy"}),
    ("无障碍声明", {"page": "accessibility"}),
]
FRIENDLY_LINKS = {
    "友情链接": [
        ("国家市场监督管理总局", "https://www.samr.gov.cn/"),
        ("中国质量协会", "https://www.caq.org.cn/"),
        ("上海市人民政府", "https://www.shanghai.gov.cn/"),
        ("上海市市场监督管理局", "https://scjgj.sh.gov.cn/"),
    ]
}
HOME_BLOCKS = [  # (region, column, title, number of items); services come when staff add some
    (HomeBlock.Region.LEAD, ("news", "要闻"), "", 1),
    (HomeBlock.Region.BESIDE_LEAD, ("notices", "通知公告"), "", 10),
    (HomeBlock.Region.STRIP, ("members", "会员活动"), "", 4),
    (HomeBlock.Region.MAIN, ("news", "最新动态"), "", 6),
    (HomeBlock.Region.SIDE, ("members", "会员活动"), "活动回顾", 8),
]


def set_up():
    """Create the starter structure and return {model: number of new rows}; nothing at all once the site has settings.

    What staff rename, reorder or delete afterwards therefore stays as they left it.
    """
    created = Counter()

    def ensure(model, defaults=None, **natural_key):
        row, is_new = model.objects.get_or_create(defaults, **natural_key)
        created[model] += is_new
        return row

    with transaction.atomic():
        if SiteSettings.objects.exists():
            return created
        ensure(SiteSettings, SITE, pk=1)
        ensure(IssuingBody, ISSUING_BODY, name=ISSUING_BODY["name"])
        columns = {
            (subject, title): ensure(
                Column,
                {"list_style": style, "order": order, "review_steps": 0},
                subject=subject,
                parent=None,
                title=title,
            )
            for order, (subject, title, style) in enumerate(COLUMNS)
        }
        for order, (axis, name) in enumerate(LABELS):
            ensure(Label, {"order": order}, axis=axis, name=name)
        for stage, texts in PROOF_CHECKS.items():
            for order, text in enumerate(texts):
                ensure(ProofCheck, {"order": order}, stage=stage, text=text)
        ensure(ReminderRule, activity=None, amount=1, unit=ReminderRule.Unit.DAYS)  # a day before, who has a place
        pages = {}
        for slug, column, title, summary in PAGES:
            pages[slug] = Page.objects.filter(slug=slug).first()
            if pages[slug] is None:
                pages[slug] = publish_page(slug, columns["portal", column], title, summary)
                created[Page] += 1
        for place, entries in ((NavigationItem.Place.MAIN, NAVIGATION), (NavigationItem.Place.FOOTER, FOOTER)):
            for order, (title, target) in enumerate(entries):
                target = {"page": pages[target["page"]]} if "page" in target else target
                ensure(NavigationItem, {"order": order, **target}, place=place, title=title)
        for order, (group_title, links) in enumerate(FRIENDLY_LINKS.items()):
            group = ensure(FriendlyLinkGroup, {"order": order}, title=group_title)
            for position, (title, url) in enumerate(links):
                ensure(FriendlyLink, {"title": title, "order": position}, group=group, url=url)
        for order, (region, column, title, count) in enumerate(HOME_BLOCKS):
            defaults = {"title": title, "count": count, "order": order}
            ensure(HomeBlock, defaults, region=region, column=columns[column])
        content_version.advance()
    return +created  # without what was there before


def publish_page(slug, column, title, summary):
    """Publish the starter text of ``slug``: readers are told that it is a draft, staff what to do about it."""
    body = (PAGE_TEXTS / f"{slug}.html").read_text("utf-8")
    page = Page(slug=slug, column=column, title=title, summary=summary, body=body, is_to_be_completed=True)
    page.save()
    page.publish(page.record_revision(content.of_row(page), author=None, base=None), by=None)
    StaffNote.objects.create(dossier=page.dossier, code=StaffNote.Code.TO_BE_COMPLETED)
    return page
