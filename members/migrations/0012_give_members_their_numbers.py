from django.db import migrations
from django.db.models import Min


def give_numbers(apps, schema_editor):
    """Number the organisations that have a period, in the order in which they joined."""
    Organisation = apps.get_model("members", "Organisation")
    Series = apps.get_model("members", "MemberNumberSeries")
    members = Organisation.objects.annotate(first_on=Min("periods__first_on")).filter(first_on__isnull=False)
    members = sorted(members, key=lambda member: (member.joined_on or member.first_on, member.pk))
    if not members:
        return
    series, _created = Series.objects.get_or_create(pk=1)
    for member in members:
        series.newest += 1
        year = (member.joined_on or member.first_on).year
        Organisation.objects.filter(pk=member.pk).update(member_number=f"{year:04d}{series.newest:04d}")
    series.save()


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0011_number_members"),
    ]

    operations = [
        migrations.RunPython(give_numbers, migrations.RunPython.noop),
    ]
