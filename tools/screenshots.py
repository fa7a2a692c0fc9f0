"""Take the pictures of README and documents from two throwaway portals: the captured page with samples that say they are,
and the sample association of ``make demo``.

python -m tools.screenshots
"""

import io
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageChops
from playwright.sync_api import sync_playwright

from tests.browser import chromium
from tools.environment import PYTHON, ROOT

PORT = 8765
SITE = f"http://127.0.0.1:{PORT}"
FOLDER = ROOT / "docs" / "screenshots"
NAME, PASSWORD = "editor", secrets.token_urlsafe(12)
READY_WITHIN_SECONDS = 30
UNSEEN = 16  # of 255 shades of a colour
DESKTOP, OFFICE, PHONE = (
    {"width": width, "height": height} for width, height in ((1440, 900), (1280, 800), (390, 844))
)

# Every date that a picture shows is this one, so that pictures differ only where the portal does.
PREAMBLE = """
from datetime import datetime, timedelta
from django.db.models import F
from django.utils import timezone
from accounts.models import User
from members.models import Activity
from news.models import Article
from notices.models import IssuingBody, Notice
from portal.models import Page
from publishing import content
from publishing.models import Column, Revision
moment = timezone.make_aware(datetime(2025, 9, 1, 9))
lead = Article.objects.get(column__title="要闻")
def change(title, author):
    base = lead.dossier.newest_revision
    fields = {**base.content["fields"], "title": title}
    lead.record_revision({**base.content, "fields": fields}, author, base=base)
    Revision.objects.update(created_at=moment)
"""
PEOPLE = f"""
editor = User.objects.create_superuser({NAME!r}, password={PASSWORD!r}, name="样例编辑")
User.objects.create_user("colleague", name="样例同事")
for model in (Activity, Article, Notice, Page):
    # All by the same time, so that their order stays.
    model.objects.update(published_at=F("published_at") - (lead.published_at - moment))
change("样例修改：质量月升旗仪式在自贸试验区举行", editor)
print(lead.pk)
"""
NOTICE = """
notice = Notice(
    title="样例：关于开展样例活动的通知",
    column=Column.objects.get(subject="notices"), issuing_body=IssuingBody.objects.first(),
    number_code="样例", number_year=2025, number_serial=1, addressees="各样例单位", made_on=moment.date(),
    body="<p>本页为样例，用来说明公文的版式，所述事项并不存在。</p><h2>一、内容</h2><p>样例单位按照样例方案开展样例活动。</p>"
    "<h2>二、时间</h2><p>时间另行通知。</p><h2>三、要求</h2><p>各样例单位将样例材料交至样例部门。</p>",
)
notice.save()
notice.publish(notice.record_revision(content.of_row(notice), User.objects.get(username="editor"), base=None), at=moment, by=None)
print(notice.pk)
"""
# A column of samples with its own people, who review there and see nothing else.
REVIEWS = f"""
from django.contrib.auth.models import Group
from files.models import Asset
from publishing import roles
from publishing.models import ColumnRole, Review
now, clock = timezone.now, [moment]
timezone.now = lambda: clock[-1]

def later():
    clock.append(clock[-1] + timedelta(minutes=25))

column = Column.objects.create(subject="news", title="样例栏目", order=9)

def person(username, name, role):
    user = User.objects.create_user(username, password={PASSWORD!r}, name=name, is_staff=True)
    ColumnRole.objects.create(user=user, role=Group.objects.get(name=role), column=column)
    return user

author = person("author", "样例作者", roles.AUTHOR)
first, second = person("first", "样例初审", roles.REVIEWER), person("second", "样例复审", roles.REVIEWER)
final = person("final", "样例终审", roles.PUBLISHER)

def text(title, body="<p>本文为样例，用来说明审核，所述事项并不存在。</p>"):
    later()
    article = Article(title=title, column=column, body=body)
    article.save()
    article.record_revision(content.of_row(article), author, base=None)
    return article

def correct(article, **changes):
    later()
    newest = article.dossier.newest_revision
    fields = {{**newest.content["fields"], **changes}}
    return article.record_revision({{**newest.content, "fields": fields}}, author, base=newest)

def submit(article, **urgency):
    later()
    return article.submit(article.dossier.newest_revision, by=author, **urgency)

live = text(
    "样例：样例单位将举办质量管理讲座",
    "<p>本文为样例，用来说明审核。讲座定于10月13日在样例会议室举行，各样例单位可派二人参加。</p>",
)
live.publish(live.dossier.newest_revision, by=None, at=moment)
correct(
    live,
    title="样例：样例单位将举办全面质量管理讲座",
    body="<p>本文为样例，用来说明审核。讲座改于10月20日下午在样例报告厅举行，各样例单位可派三人参加。</p>",
)
submit(live)

returned = text("样例：样例小组开展质量改进活动")
review = submit(returned)
later()
review.send_back(first, "样例意见：第二段的日期与通知不一致，请核对；图片请补写替代文字。")

whole = text("样例：样例企业交流现场管理经验")
review = submit(whole)
later()
review.send_back(first, "样例意见：请补上活动的地点。")
correct(whole, body="<p>本文为样例，用来说明审核单，地点为样例会议室。</p>")
review = submit(whole)
for reviewer in (first, second, final):
    later()
    review.pass_stage(reviewer, review.checks())

waiting = submit(text("样例：样例标准征求意见的说明"))
urgent = submit(text("样例：样例活动因天气改期"), urgency="样例原因：活动就在明天")
text("样例：样例单位参观质量展览")
text("样例：样例小组成果发布", f'<p><img src="{{Asset.objects.get(kind="image", title__contains="样例").src}}"></p>')
for item, days in ((live, 3), (waiting.dossier.item, 2), (urgent.dossier.item, 0)):
    Review.objects.open().filter(dossier=item.dossier).update(waiting_since=now() - timedelta(days))
print(f"{{live.pk}},{{returned.pk}},{{whole.pk}}")
"""
SINCE = """
from publishing.models import Review
Review.objects.open().update(waiting_since=moment)
"""
UPLOADED = """
from files.models import Asset
Asset.objects.update(uploaded_at=moment)
"""
COLLEAGUE = """
change("样例：同事先保存的标题", User.objects.get(username="colleague"))
"""

# The clock of the sample association stands still, since what its pages say follows from the moment when they are asked. Each
# Python process that finds this among its modules runs by it.
STILL_CLOCK = """
from datetime import datetime
from zoneinfo import ZoneInfo
from django.utils import timezone
moment = datetime(2025, 9, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
timezone.now = lambda: moment
"""
SAMPLES = {
    "PORTAL_DEMO": "true",
    "DJANGO_SECRET_KEY": "It signs the tickets in the pictures, which change with it.",
    "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
}
# What is looked for in the sample association; scripts and pictures share these names.
WHERE = """
import json
from members.check_in import code_of
from members.models import Activity, Application, SignUp
from portal.demo.people import PASSWORD
def found(beginning):
    return Activity.objects.get(title__startswith=f"样例活动：{beginning}").pk
running, full, approved = found("现场管理"), found("质量信得过"), found("质量奖")
offered = next(row for row in SignUp.objects.filter(activity=full) if row.state == "offered")
pending = next(row for row in SignUp.objects.filter(activity=approved) if row.state == "pending")
ticket = SignUp.objects.confirmed().filter(activity=running, checked_in_at=None).order_by("pk").first()
application = Application.objects.get(newest__name="样例申请单位2号")
print(json.dumps({
    "password": PASSWORD, "running": running, "full": full, "approved": approved, "open": found("智能工厂"),
    "reserved": found("机械大组"), "not_open": found("年度总结"), "called_off": found("户外拓展"),
    "offered": offered.person.username, "pending": pending.person.username,
    "code": code_of(ticket), "application": application.pk,
}, separators=(",", ":")))
"""
BOXES_IN_A_ROW, SPACE = 4, 24  # boxes; pixels between them

# file name → address, window, whether the whole page is taken
READERS_PICTURES = {
    "home": ("/", DESKTOP, True),
    "home-phone": ("/", PHONE, False),
}


@contextmanager
def portal(preamble=PREAMBLE, clock="", **settings):
    """Run a portal of its own; give a function that runs Python in it, after ``preamble``, and returns the last word that
    was printed. ``clock``: the source of a module that every process of it begins with; ``settings``: of its environment.
    """
    with tempfile.TemporaryDirectory(prefix="portal-pictures-") as folder:
        environment = {
            **os.environ,
            "PORTAL_VAR_DIR": folder,
            "PORTAL_ENV_FILE": os.devnull,
            "DATABASE_URL": f"sqlite:///{folder}/portal.sqlite3",
            "DJANGO_SECRET_KEY": secrets.token_urlsafe(50),
            "LOG_LEVEL": "WARNING",
            "SECOND_FACTOR_REQUIRED_FOR_STAFF": "false",
            **settings,
        }
        if clock:
            Path(folder, "sitecustomize.py").write_text(clock)
            environment["PYTHONPATH"] = folder

        def run(script):
            command = [PYTHON, "manage.py", "shell", "-v", "0", "-c", preamble + script]
            done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
            return (done.stdout.split() or [""])[-1]

        subprocess.run(
            [PYTHON, "-m", "tools.prepare"], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
        )
        command = [PYTHON, "-m", "granian", "qualitysite.wsgi:application", "--interface", "wsgi", "--port", str(PORT)]
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            wait_until_ready(server)
            yield run
        finally:
            server.terminate()
            server.wait()


def wait_until_ready(server):
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"{SITE}/healthz").close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit(f"The portal for the pictures did not start; is port {PORT} in use?")


def save(name, png):
    """Write ``png`` (bytes) with 256 colours, which halves its size and is not seen.

    The picture that is there stays if nobody could tell the two apart: edges of letters fall a shade differently.
    """
    path = FOLDER / f"{name}.png"
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    if path.exists() and look_alike(picture.convert("RGB"), Image.open(path).convert("RGB")):
        print(f"{path.name}  as before")
        return
    picture.save(path, optimize=True)
    print(f"{path.name}  {path.stat().st_size // 1024} KB")


def look_alike(one, other):
    if one.size != other.size:
        return False
    return all(highest <= UNSEEN for _lowest, highest in ImageChops.difference(one, other).getextrema())


def sample_photograph():
    content = io.BytesIO()
    Image.merge("RGB", [Image.linear_gradient("L").resize((1600, 1000))] * 3).save(content, "PNG")
    return {"name": "样例图片.png", "mimeType": "image/png", "buffer": content.getvalue()}


def open_form(page, lead):
    page.goto(f"{SITE}/admin/news/article/{lead}/change/")
    page.locator(".cke_editable").first.wait_for()
    page.evaluate("document.fonts.ready")


def sign_in(page, name, password=PASSWORD, to="/admin/"):
    page.goto(f"{SITE}/accounts/login/?next={to}")
    page.fill("#id_username", name)
    page.fill("#id_password", password)
    page.click("main button[type=submit]")
    page.wait_for_url(f"**{to}")


def take_readers_pictures(page_of):
    for name, (address, window, is_whole) in READERS_PICTURES.items():
        page = page_of(window)
        page.goto(SITE + address, wait_until="networkidle")
        save(name, page.screenshot(full_page=is_whole))
        page.context.close()


def take_staff_pictures(page, run, lead):
    def show(name, address):
        page.goto(SITE + address, wait_until="networkidle")
        save(name, page.screenshot())

    sign_in(page, NAME)
    show("dashboard", "/admin/")
    show("comparison", f"/admin/news/article/{lead}/compare/?old=1&new=2")
    open_form(page, lead)
    save("article-form", page.screenshot())
    page.get_by_role("button", name="并排预览").click()
    page.frame_locator(".side-preview iframe").locator("h1").wait_for()
    page.wait_for_load_state("networkidle")
    save("side-preview", page.screenshot())
    page.get_by_role("button", name="关闭预览").click()

    page.locator(".cke_editable").first.click()
    page.keyboard.press("Control+Home")
    with page.expect_file_chooser() as chooser:
        page.locator(".cke_button__image").click()
    chooser.value.set_files(sample_photograph())
    page.get_by_label("替代文字").fill("样例：一张由浅到深的灰色图片")
    save("picture-dialog", page.screenshot(style=".cke_notifications_area {visibility: hidden}"))

    page.get_by_role("button", name="确定").click()
    run(UPLOADED)
    page.locator(".cke_button__library").click()
    page.locator(".library-grid button").first.click()
    page.locator(".library-grid img").first.wait_for()
    save("library-dialog", page.screenshot(style=".cke_notifications_area {visibility: hidden}"))
    page.keyboard.press("Escape")

    page.on("dialog", lambda dialog: dialog.accept())  # the form was changed, and is left
    open_form(page, lead)
    page.get_by_role("button", name="丢弃").click()
    page.set_viewport_size({**OFFICE, "height": 1150})  # the two versions stand below the error
    page.fill("#id_title", "样例：我后保存的标题")
    run(COLLEAGUE)
    page.get_by_role("button", name="保存草稿").click()
    page.locator(".errornote, .errorlist").first.wait_for()
    page.locator(".cke_editable").first.wait_for()
    save("stale-form", page.screenshot(style=".local-draft-kept {visibility: hidden}"))
    page.set_viewport_size(OFFICE)

    page.goto(f"{SITE}/admin/files/asset/add/")
    drawing = {"name": "样例.svg", "mimeType": "image/svg+xml", "buffer": b'<svg xmlns="http://www.w3.org/2000/svg"/>'}
    page.set_input_files("#id_upload", drawing)
    page.fill("#id_title", "样例图纸")
    page.get_by_role("button", name="保存", exact=True).click()
    page.locator(".errorlist").first.wait_for()
    save("refused-file", page.screenshot())

    notice = run(NOTICE)
    show("notice", f"/notices/{notice}/")
    page.goto(f"{SITE}/admin/notices/notice/{notice}/verb/repeal/")
    page.fill("#id_reason", "样例：由新的样例文件代替")
    save("repeal", page.screenshot())


def take_pictures_of_reviews(page_of, run):
    live, returned, whole = run(REVIEWS).split(",")
    article = f"{SITE}/admin/news/article"
    reviewer, author = page_of(OFFICE), page_of(OFFICE)
    sign_in(reviewer, "first")
    save("reviewer-dashboard", reviewer.screenshot())
    run(SINCE)  # the dashboard says how many days ago, the page of a review says when
    reviewer.goto(f"{article}/{live}/review/", wait_until="networkidle")
    save("review", reviewer.screenshot(full_page=True))
    reviewer.goto(f"{article}/{whole}/sheet/", wait_until="networkidle")
    # Its foot says when it was made.
    save("review-sheet", reviewer.locator(".sheet").screenshot(style=".sheet footer {display: none}"))

    sign_in(author, "author")
    open_form(author, returned)
    save("returned", author.screenshot())
    author.goto(f"{article}/", wait_until="networkidle")
    for title in ("样例标准征求意见的说明", "样例单位参观质量展览", "样例小组成果发布"):
        author.locator("#result_list tr", has_text=title).get_by_role("checkbox").check()
    author.select_option("[name=action]", "verb_submit")
    author.get_by_role("button", name="执行").click()
    author.click("[name=_do]")
    author.locator(".bulk-lines .badge").first.wait_for()
    save("bulk", author.screenshot())


def take_pictures_of_members(page_of, run):
    where = json.loads(run(WHERE))

    def signed_in(name, window=DESKTOP, to="/me/"):
        page = page_of(window)
        sign_in(page, name, where["password"], to)
        return page

    def box(page, activity):
        page.goto(f"{SITE}/activities/{where[activity]}/", wait_until="networkidle")
        return page.locator(".signup").screenshot(style=".chrome-bar, .skip {visibility: hidden}")

    visitor, member = page_of(DESKTOP), signed_in("member")
    boxes = [box(visitor, activity) for activity in ("open", "reserved", "full", "not_open")]
    boxes += [box(member, "open"), box(member, "full"), box(signed_in(where["offered"]), "full")]
    boxes += [box(signed_in(where["pending"]), "approved")]
    save("sign-up-box", side_by_side(boxes))

    save("my-page-phone", signed_in("member", PHONE).screenshot())
    door = signed_in("publisher", PHONE, "/admin/")
    door.goto(f"{SITE}/activities/{where['running']}/check-in/", wait_until="networkidle")
    door.fill("#code", where["code"])
    door.click("[data-scan-form] button[type=submit]")
    door.locator(".door-result.green").wait_for()
    save("check-in-phone", door.screenshot())

    visitor.set_viewport_size(OFFICE)
    visitor.goto(f"{SITE}/members/", wait_until="networkidle")
    save("directory", visitor.screenshot())

    publisher = signed_in("publisher", OFFICE, "/admin/")
    publisher.goto(f"{SITE}/admin/members/activity/{where['approved']}/sign-ups/", wait_until="networkidle")
    save("roster", publisher.screenshot(full_page=True))
    office = signed_in("service", OFFICE, "/admin/")
    office.goto(f"{SITE}/admin/members/application/{where['application']}/change/", wait_until="networkidle")
    save("application", office.screenshot(full_page=True))


def side_by_side(pictures):
    """Return one PNG (bytes) of ``pictures`` (PNGs of one width), in rows."""
    opened = [Image.open(io.BytesIO(picture)) for picture in pictures]
    rows = [opened[start : start + BOXES_IN_A_ROW] for start in range(0, len(opened), BOXES_IN_A_ROW)]
    width = max(sum(picture.width + SPACE for picture in row) for row in rows) + SPACE
    height = sum(max(picture.height for picture in row) + SPACE for row in rows) + SPACE
    sheet = Image.new("RGB", (width, height), "#ffffff")
    top = SPACE
    for row in rows:
        left = SPACE
        for picture in row:
            sheet.paste(picture, (left, top))
            left += picture.width + SPACE
        top += max(picture.height for picture in row) + SPACE
    png = io.BytesIO()
    sheet.save(png, "PNG")
    return png.getvalue()


def main():
    if sentence := chromium.what_is_missing():
        sys.exit(sentence)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find())

        def page_of(window):
            options = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "reduced_motion": "reduce"}
            return browser.new_context(viewport=window, **options).new_page()

        with portal() as run:
            lead = run(PEOPLE)
            take_readers_pictures(page_of)
            take_staff_pictures(page_of(OFFICE), run, lead)
            take_pictures_of_reviews(page_of, run)
        with portal(preamble="", clock=STILL_CLOCK, **SAMPLES) as run:
            take_pictures_of_members(page_of, run)
        browser.close()


if __name__ == "__main__":
    main()
