"""Fails when a model has changed without its migration."""

import os
import sys
import warnings

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mhero.platform.settings")
# There is no database to look into here, and none is needed to compare models with migrations.
warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")
django.setup()

from django.core.management import call_command  # noqa: E402 - the settings come first

try:
    call_command("makemigrations", check=True, dry_run=True, skip_checks=True)
except SystemExit:
    sys.exit("A model has changed without its migration; run: mhero manage makemigrations")
