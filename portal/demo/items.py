"""Sample articles and notices."""

from datetime import timedelta

from members import reader_rows
from members.models import Affiliation, Reply
from news.models import Article
from notices.models import Notice
from publishing import content
from publishing.models import Column, Question

TEXT = "<p>样例正文：这一段文字用于展示版式，不含任何事实。</p>" * 3


def publish(model, column, by, at, readers=(), **values):
    """Return a published item of ``model`` in ``column``."""
    item = model(column=column, **{"body": TEXT, **values})
    item.author = by
    item.save()
    written = {**content.of_row(item), "readers": [group.pk for group in readers]}
    item.publish(item.record_revision(written, by, base=None), by=by, at=at)
    return item


def fill(staff, members, now):
    by = staff["publisher"]
    news = Column.objects.filter(subject="news").order_by("order")
    notices = Column.objects.filter(subject="notices").first()
    everybody = [reader_rows.readers_of()]
    made = []
    for number in range(12):
        column = news[0] if number == 0 else news[1]
        title = f"样例新闻：第 {number + 1} 篇稿件的标题"
        made.append(
            publish(Article, column, by, now - timedelta(days=number, hours=1), title=title, summary="样例摘要。")
        )
    for number in range(8):
        values = {"title": f"关于样例事项（{number + 1}）的通知"}
        if number == 1:
            values |= {"audience": Notice.Audience.GROUPS, "readers": everybody, "title": "样例会员通知（仅会员可见）"}
        if number == 2:
            values |= {
                "audience": Notice.Audience.TEASED,
                "readers": everybody,
                "title": "样例会员通知（他人可见摘要）",
                "summary": "样例摘要：会员登录后可阅读全文。",
            }
        if number == 0:
            values |= {"title": "关于报送样例活动参加人员的通知", "deadline_at": now + timedelta(days=9)}
        made.append(publish(Notice, notices, by, now - timedelta(days=number, hours=2), **values))
        if number == 0:
            ask_for_replies(made[-1], members, now)
    return made


def ask_for_replies(notice, members, now):
    """Let ``notice`` ask member organisations something, and the first of them have replied."""
    asked = [
        Question.objects.create(dossier=notice.dossier, order=order, **values)
        for order, values in enumerate(
            [
                {"text": "样例问题：参加人数", "hint": "含领队。"},
                {"text": "样例问题：是否用餐", "kind": Question.Kind.YES_NO},
                {"text": "样例问题：其他说明", "kind": Question.Kind.LONG_TEXT, "is_required": False},
            ]
        )
    ]
    contacts = Affiliation.objects.contacts().current().filter(organisation__in=members.all).order_by("pk")[:3]
    for number, contact in enumerate(contacts, 1):
        Reply.objects.create(
            dossier=notice.dossier,
            organisation=contact.organisation,
            by=contact.user,
            answers={str(asked[0].pk): str(number), str(asked[1].pk): number == 1},
            replied_at=now - timedelta(hours=1),
        )
    Question.objects.filter(dossier=notice.pk).update(used_at=now - timedelta(hours=1))
