import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0015_keep_calendar_feeds"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReminderRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.PositiveSmallIntegerField(default=1, verbose_name="how long")),
                (
                    "unit",
                    models.CharField(
                        choices=[("hours", "hours"), ("days", "days")],
                        default="days",
                        max_length=5,
                        verbose_name="hours or days",
                    ),
                ),
                (
                    "anchor",
                    models.CharField(
                        choices=[
                            ("before_start", "before the beginning"),
                            ("after_end", "after the end"),
                            ("before_closing", "before sign-up closes"),
                        ],
                        default="before_start",
                        max_length=14,
                        verbose_name="before or after what",
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("confirmed", "who has a place"),
                            ("waiting", "who waits, or has a place on offer"),
                            ("pending", "whose sign-up is not decided yet"),
                        ],
                        default="confirmed",
                        max_length=9,
                        verbose_name="to whom",
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        blank=True,
                        help_text="Empty: that of the message template.",
                        max_length=200,
                        verbose_name="subject line",
                    ),
                ),
                (
                    "body",
                    models.TextField(
                        blank=True,
                        help_text="Empty: that of the message template.",
                        max_length=5000,
                        verbose_name="text",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                (
                    "activity",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: all activities that take sign-ups on-line.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reminder_rules",
                        to="members.activity",
                        verbose_name="activity",
                    ),
                ),
            ],
            options={
                "verbose_name": "reminder",
                "verbose_name_plural": "reminders",
                "ordering": ["activity", "anchor", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__gte", 1), ("amount__lte", 1440), ("unit", "hours")),
                            models.Q(("amount__gte", 1), ("amount__lte", 60), ("unit", "days")),
                            _connector="OR",
                        ),
                        name="members_reminder_is_within_two_months",
                        violation_error_message="A reminder goes out an hour to 60 days before or after.",
                    )
                ],
            },
        ),
    ]
