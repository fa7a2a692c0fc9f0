"""What is done again and again: the setting PERIODIC names it, ``manage.py run_periodic`` does it."""
