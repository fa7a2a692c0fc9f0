"""Take the pictures of README and documents from a throwaway portal that holds the captured page and nothing else.

python -m tools.screenshots
"""

import io
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser import chromium
from tools.environment import PYTHON, ROOT

PORT = 8765
SITE = f"http://127.0.0.1:{PORT}"
FOLDER = ROOT / "docs" / "screenshots"
NAME, PASSWORD = "editor", secrets.token_urlsafe(12)
READY_WITHIN_SECONDS = 30
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

# file name → address, window, whether the whole page is taken, whether the editor has signed in
PICTURES = {
    "home": ("/", DESKTOP, True, False),
    "home-phone": ("/", PHONE, False, False),
    "article": ("/news/{lead}/", DESKTOP, False, False),
    "notices": ("/notices/", DESKTOP, False, False),
    "dashboard": ("/admin/", DESKTOP, False, True),
    "article-form": ("/admin/news/article/{lead}/change/", DESKTOP, False, True),
    "comparison": ("/admin/news/article/{lead}/compare/?old=1&new=2", DESKTOP, False, True),
}

FILL = f"""
from accounts.models import User
from news.models import Article
user = User.objects.create_superuser({NAME!r}, password={PASSWORD!r}, name="样例编辑")
lead = Article.objects.get(column__title="要闻")
live = lead.live_revision
fields = {{**live.content["fields"], "title": "样例修改：质量月升旗仪式在自贸试验区举行"}}
lead.record_revision({{**live.content, "fields": fields}}, user, base=live)
print(lead.pk)
"""


@contextmanager
def portal():
    """Run a portal of its own; give the number of its lead article."""
    with tempfile.TemporaryDirectory(prefix="portal-pictures-") as folder:
        environment = {
            **os.environ,
            "PORTAL_VAR_DIR": folder,
            "PORTAL_ENV_FILE": os.devnull,
            "DATABASE_URL": f"sqlite:///{folder}/portal.sqlite3",
            "DJANGO_SECRET_KEY": secrets.token_urlsafe(50),
            "LOG_LEVEL": "WARNING",
        }

        def manage(*arguments):
            command = [PYTHON, "manage.py", *arguments]
            return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout

        subprocess.run([PYTHON, "-m", "tools.prepare"], cwd=ROOT, env=environment, check=True, capture_output=True)
        lead = manage("shell", "-v", "0", "-c", FILL).split()[-1]
        command = [PYTHON, "-m", "granian", "qualitysite.wsgi:application", "--interface", "wsgi", "--port", str(PORT)]
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            wait_until_ready()
            yield lead
        finally:
            server.terminate()
            server.wait()


def wait_until_ready():
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{SITE}/healthz").close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("The portal for the pictures did not start.")


def save(name, png):
    """Write ``png`` (bytes) with 256 colours, which halves its size and is not seen."""
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    picture.save(FOLDER / f"{name}.png", optimize=True)
    print(f"{name}.png  {(FOLDER / f'{name}.png').stat().st_size // 1024} KB")


def main():
    if sentence := chromium.what_is_missing():
        sys.exit(sentence)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with portal() as lead, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find())
        for name, (address, window, is_whole, is_editor) in PICTURES.items():
            context = browser.new_context(viewport=window, locale="zh-CN", timezone_id="Asia/Shanghai")
            page = context.new_page()
            if is_editor:
                page.goto(f"{SITE}/accounts/login/?next=/admin/")
                page.fill("#id_username", NAME)
                page.fill("#id_password", PASSWORD)
                page.click("main button[type=submit]")
                page.wait_for_url("**/admin/")
            page.goto(SITE + address.format(lead=lead))
            page.wait_for_timeout(1500)  # the editor builds itself after the page has loaded
            save(name, page.screenshot(full_page=is_whole))
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
