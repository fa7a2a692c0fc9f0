from django.core.management.base import BaseCommand, no_translations

from portal import starter


class Command(BaseCommand):
    help = "Create the columns, navigation, home blocks and starter pages of a fresh portal; later runs change nothing."

    @no_translations
    def handle(self, **options):
        created = starter.set_up()
        if not created:
            self.stdout.write("The portal is set up already; nothing was changed.")
        for model, count in created.items():
            self.stdout.write(
                f"{count:5d}  {model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural}"
            )
