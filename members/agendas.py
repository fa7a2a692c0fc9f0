"""The agenda of an activity as staff type it: one line an item, a remark indented below."""

import re
from dataclasses import dataclass, field

# A half- or full-width colon in times, any dash, wave or 至 between them.
_TIME = r"(?:[01]?\d|2[0-4])[:\uff1a][0-5]\d"
_ITEM = re.compile(rf"^(?P<start>{_TIME})(?:\s*[-–—~\uff5e至]+\s*(?P<end>{_TIME}))?\s+(?P<title>\S.*)$")


@dataclass
class AgendaItem:
    when: str  # "13:30–14:00" or "13:30"
    title: str
    remarks: list[str] = field(default_factory=list)


def read_agenda(text):
    """Return the AgendaItems of ``text``; ValueError with the number of the first line that is neither item nor remark."""
    items = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        if line[0].isspace() and items:
            items[-1].remarks.append(line.strip())
            continue
        match = _ITEM.match(line.strip())
        if match is None:
            raise ValueError(number)
        start, end = (match[name] and match[name].replace("\uff1a", ":") for name in ("start", "end"))
        items.append(AgendaItem(f"{start}–{end}" if end else start, match["title"]))
    return items
