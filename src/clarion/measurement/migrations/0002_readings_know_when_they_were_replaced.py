"""Each reading says until when it held, so that today's numbers are one index away."""

from django.db import migrations, models

SAY_WHEN = """
    UPDATE measurement_reading SET replaced_at = told.next_at FROM (
        SELECT id, lead(read_at) OVER (
            PARTITION BY delivery_id, metric ORDER BY read_at, id) AS next_at
        FROM measurement_reading
    ) told WHERE told.id = measurement_reading.id AND told.next_at IS NOT NULL"""


class Migration(migrations.Migration):
    dependencies = [("measurement", "0001_initial")]

    operations = [
        migrations.AddField(
            "reading", "replaced_at", models.DateTimeField(null=True, blank=True)
        ),
        migrations.RunSQL(SAY_WHEN, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "reading",
            models.UniqueConstraint(
                fields=["delivery", "metric"],
                condition=models.Q(replaced_at=None),
                name="one_reading_is_the_newest",
            ),
        ),
    ]
