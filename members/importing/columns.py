"""The columns of the table that is imported. Their headings stand in people's files, so they are data and stand here once."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Column:
    key: str
    heading: str
    sample: str = ""


SAMPLE_NAME = "样例单位（示例行，导入前请删除）"

COLUMNS = (
    Column("name", "单位名称", SAMPLE_NAME),
    Column("credit_code", "统一社会信用代码", "18 位，不知道可不填"),
    Column("level", "会员级别", "普通会员"),
    Column("member_group", "会员大组", "样例大组"),
    Column("joined_on", "入会日期", "2026-01-01"),
    Column("first_on", "会员期第一天", "2026-01-01"),
    Column("last_on", "会员期最后一天", "2026-12-31"),
    Column("district", "所在区", "样例区"),
    Column("industry", "行业", "样例行业"),
    Column("address", "地址", "样例路 000 号"),
    Column("website", "网站", "https://example.org/"),
    Column("telephone", "单位电话", "021-00000000"),
    Column("email", "单位邮箱", "office@example.org"),
    Column("person", "姓名", "样例人员"),
    Column("role", "角色", "主要联系人"),
    Column("phone", "手机", "13800000000"),
    Column("person_email", "个人邮箱", "person@example.org"),
)
BY_HEADING = {column.heading: column for column in COLUMNS}
BY_KEY = {column.key: column for column in COLUMNS}
REQUIRED = "name"
PLAIN_FIELDS = (
    "district",
    "industry",
    "address",
    "website",
    "telephone",
    "email",
)  # of Organisation, under the same key


def heading_of(key):
    """Return the heading of the column ``key``; the row itself, where a sentence is about no single cell."""
    return BY_KEY[key].heading if key in BY_KEY else str(_("the row"))
