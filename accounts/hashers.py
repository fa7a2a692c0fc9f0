"""Password hashing, tuned."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class TunedArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes and one lane.

    Django's default of 100 MiB and eight lanes lets a handful of simultaneous log-ins exhaust a small server.
    Source: OWASP Password Storage Cheat Sheet, "Argon2id".
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
