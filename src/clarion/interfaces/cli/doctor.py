"""`clarion doctor`: every known way to be unwell, and what helps."""

import os
import sys

import click

from clarion.kit.home import Home


@click.command()
def doctor() -> None:
    """Look for what is wrong, and say what to do. Ends with 1 if something is."""
    home = Home.open()
    home.load()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clarion.config.settings")
    import django

    django.setup()
    from django.conf import settings

    from clarion.channels.queries import health
    from clarion.kit.doctor import database, look, pages

    findings = [*look(home), pages(settings.PUBLIC_URL)]
    findings += health() if database().is_well else []
    for finding in findings:
        click.echo(f"{'ok' if finding.is_well else 'WRONG':<7}{finding.name:<11}{finding.says}")
        if finding.do:
            click.echo(f"{'':<18}{finding.do}")
    sys.exit(not all(finding.is_well for finding in findings))
