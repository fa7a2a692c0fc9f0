"""Sample articles and notices."""

from datetime import timedelta

from members import reader_rows
from news.models import Article
from notices.models import Notice
from publishing import content
from publishing.models import Column

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
        made.append(publish(Notice, notices, by, now - timedelta(days=number, hours=2), **values))
    return made
