import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0001_keep_messages_to_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChannelDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sent_at", models.DateTimeField(editable=False, null=True, verbose_name="sent at")),
                ("sent_to", models.CharField(blank=True, editable=False, max_length=254, verbose_name="sent to")),
                ("attempts", models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="attempts")),
                ("next_attempt_at", models.DateTimeField(editable=False, null=True, verbose_name="next attempt at")),
                ("claimed_until", models.DateTimeField(editable=False, null=True)),
                ("last_error", models.TextField(blank=True, editable=False, verbose_name="last error")),
                ("channel", models.CharField(max_length=20, verbose_name="channel")),
            ],
            options={
                "verbose_name": "delivery",
                "verbose_name_plural": "deliveries",
                "ordering": ["message", "channel"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="MessageTemplate",
            fields=[
                (
                    "kind",
                    models.CharField(
                        editable=False, max_length=100, primary_key=True, serialize=False, verbose_name="kind"
                    ),
                ),
                ("subject", models.CharField(max_length=200, verbose_name="subject line")),
                ("body", models.TextField(max_length=5000, verbose_name="text")),
                ("channels", models.JSONField(blank=True, default=list, verbose_name="also by")),
            ],
            options={
                "verbose_name": "message template",
                "verbose_name_plural": "message templates",
                "ordering": ["kind"],
                "default_permissions": ["view", "change"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="message",
            name="outbox_message_is_mailed_once",
        ),
        migrations.RenameField(model_name="message", old_name="mailed_at", new_name="sent_at"),
        migrations.RenameField(model_name="message", old_name="mailed_to", new_name="sent_to"),
        migrations.AlterField(
            model_name="message",
            name="sent_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="sent at"),
        ),
        migrations.AlterField(
            model_name="message",
            name="sent_to",
            field=models.CharField(blank=True, editable=False, max_length=254, verbose_name="sent to"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("sent_at__isnull", True), ("next_attempt_at__isnull", True), _connector="OR"),
                name="outbox_message_is_sent_once",
            ),
        ),
        migrations.AddField(
            model_name="channeldelivery",
            name="message",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="outbox.message",
                verbose_name="message",
            ),
        ),
        migrations.AddIndex(
            model_name="channeldelivery",
            index=models.Index(
                condition=models.Q(("next_attempt_at__isnull", False)),
                fields=["next_attempt_at"],
                name="outbox_channeldelivery_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="channeldelivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("sent_at__isnull", True), ("next_attempt_at__isnull", True), _connector="OR"),
                name="outbox_channeldelivery_is_sent_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="channeldelivery",
            constraint=models.UniqueConstraint(
                fields=("message", "channel"), name="outbox_message_goes_once_by_a_channel"
            ),
        ),
    ]
