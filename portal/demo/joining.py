"""Sample applications in every step, and what member organisations ask of the office."""

import uuid
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from files import enclosures
from members import joining, profiles, renewal
from members.models import Application

from .organisations import make_code

Step = Application.Step


def fill(staff, members, now):
    """Return the Applications made: two to check, one for each later step, one returned, refused and accepted."""
    office, secretary, council = staff["service"], staff["secretary"], staff["council"]
    made = [apply(number) for number in range(8)]
    for application in made[1:]:
        joining.confirm(application)
    for application in made[3:7]:
        joining.pass_step(application.pk, office, 1, Step.CHECK)
    for application in made[4:7]:
        joining.pass_step(application.pk, secretary, 1, Step.ENDORSE)
    joining.refuse(made[5].pk, council, 1, Step.DECIDE, "样例原因：业务与协会宗旨不符。")
    joining.accept(made[6].pk, council, 1, first_on=now.date())
    joining.send_back(made[7].pk, office, 1, Step.CHECK, "样例意见：营业执照不清晰，请重新上传。")
    renewal.ask(members.all[-3], members.people[members.all[-3]][0], "样例说明：会费已汇出。")
    first = members.all[0]
    profiles.ask(
        first, {"name": f"{first.name}（集团）"}, members.contact, licence=licence(), note="样例说明：已更名。"
    )
    return made


def apply(number):
    serial = number + 1
    application, _is_new = joining.apply(
        uuid.UUID(int=serial),
        {
            "name": f"样例申请单位{serial}号",
            "credit_code": make_code(500 + serial),
            "district": "样例东区",
            "address": f"样例大道 {serial} 号",
            "contact_name": f"样例申请人{serial}",
            "contact_email": f"applicant{serial}@example.org",
            "contact_phone": f"1980000{serial:04d}",
            "business": "样例主营业务",
            "motive": "样例入会理由：希望参加协会的活动。",
        },
        licence(),
        [],
    )
    return application


def licence():
    """Return a picture in the place of a licence."""
    picture = BytesIO()
    Image.new("RGB", (800, 600), "#e4eef1").save(picture, "PNG")
    return enclosures.accept(SimpleUploadedFile("样例营业执照.png", picture.getvalue()), by=None)
