"""The list of variables for those who run the portal, held against what the settings read."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
READ = re.compile(r'env\.\w+\(\s*"([A-Z_]+)"|environ\.get\("([A-Z_]+)"')
LISTED = re.compile(r"^#?([A-Z_]+)=", re.MULTILINE)
OF_MAKE = {"PORT"}  # documented by `make help`


def test_every_variable_that_is_read_is_listed_and_no_other():
    source = "".join((ROOT / "qualitysite" / name).read_text("utf-8") for name in ("settings.py", "env.py"))
    read = {"".join(names) for names in READ.findall(source)}
    assert read - OF_MAKE == set(LISTED.findall((ROOT / ".env.example").read_text("utf-8")))
