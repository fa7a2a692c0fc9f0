import re
import unicodedata

from django.db import migrations


def fold(apps, schema_editor):
    """Write phones as they are looked up; one that another account has already stays as it was typed."""
    users = apps.get_model("accounts", "User")._base_manager
    for user in users.exclude(phone="").order_by("pk"):
        phone = re.sub(r"[\s()‐‑–-]", "", unicodedata.normalize("NFKC", user.phone).casefold())
        phone = re.sub(r"^(?:\+|00)86(?=1\d{10}$)", "", phone)
        if phone != user.phone and not users.filter(phone=phone).exists():
            users.filter(pk=user.pk).update(phone=phone)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_find_people_by_any_name"),
    ]

    operations = [migrations.RunPython(fold, migrations.RunPython.noop)]
