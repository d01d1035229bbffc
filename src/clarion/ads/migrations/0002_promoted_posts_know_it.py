"""Posts that were promoted before posts knew it."""

from django.db import migrations

TELL = """
    UPDATE publishing_delivery SET paid_since = told.since FROM (
        SELECT delivery_id, min(live_at) AS since FROM ads_promotion GROUP BY delivery_id
    ) told WHERE told.delivery_id = publishing_delivery.id"""


class Migration(migrations.Migration):
    dependencies = [("ads", "0001_initial"), ("publishing", "0003_delivery_paid_since")]

    operations = [migrations.RunSQL(TELL, migrations.RunSQL.noop)]
