#!/usr/bin/env python
"""Django management, for developers. Everybody else: `clarion manage`."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clarion.config.settings")
execute_from_command_line(sys.argv)
