from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("publishing", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="staffnote",
            name="publishing_staff_note_is_open_once",
        ),
        migrations.AlterField(
            model_name="staffnote",
            name="code",
            field=models.CharField(
                choices=[
                    ("proposed_title", "The headline was proposed from the first sentence."),
                    ("unknown_date", "The date of publication is unknown."),
                    ("doubtful_kind", "The kind of notice could not be read from the title."),
                    ("missing_body", "The text has not been entered yet."),
                    ("doubtful_repair", "A repair of the garbled text is doubtful."),
                    ("to_be_completed", "This is a starter text to be completed."),
                    ("comment", "Somebody has commented on a preview."),
                ],
                max_length=20,
                verbose_name="what to check",
            ),
        ),
        migrations.AlterField(
            model_name="staffnote",
            name="detail",
            field=models.CharField(blank=True, max_length=1200, verbose_name="detail"),
        ),
        migrations.AddConstraint(
            model_name="staffnote",
            constraint=models.UniqueConstraint(
                condition=models.Q(("resolved_at__isnull", True), models.Q(("code", "comment"), _negated=True)),
                fields=("dossier", "code"),
                name="publishing_staff_note_is_open_once",
            ),
        ),
    ]
