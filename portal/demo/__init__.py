"""A sample association, to look at the portal with: everything in it says that it is a sample.

It fills a database of its own (`make demo`), never that of a portal at work.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from portal.models import Banner, SiteSettings

from . import activities, items, joining, organisations, people

NAME = "样例质量协会"
MARK = "样例数据：本站的单位、人员、活动和文稿均为虚构，仅供试用。"


@transaction.atomic
def fill():
    """Fill the portal, which has its starter structure and nothing else; return {what: how many}."""
    now = timezone.now()
    SiteSettings.objects.update(name=NAME, name_en="Sample Association for Quality")
    Banner.objects.create(text=MARK, starts_at=now - timedelta(minutes=1), ends_at=now + timedelta(days=3650))
    staff = people.make_staff()
    members = organisations.fill(staff, now)
    made = activities.fill(staff, members, now)
    joining.fill(staff, members, now)
    written = items.fill(staff, members, now)
    return {"organisations": len(members.all), "activities": len(made), "items": len(written)}
