"""The row behind ``publishing.content_version``."""

from django.db import models


class ContentVersion(models.Model):
    """One row whose number grows with every change that readers can notice."""

    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="publishing_there_is_one_content_version")]

    def __str__(self):
        return str(self.number)
