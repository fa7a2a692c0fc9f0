from django.core.management.base import BaseCommand

from outbox.tasks import deliver


class Command(BaseCommand):
    help = "Send every message that is due, by mail and by the other channels. The job worker does so by itself; this is for messages whose job was lost."

    def handle(self, *args, **options):
        counts = deliver.call()
        self.stdout.write(
            "Mailed {mailed}, sent by other channels {by_channels}, put off {put_off}, given up {given_up}.".format(
                **counts
            )
        )
