import django.db.models.deletion
from django.db import migrations, models


def forget(apps, _):
    """Who sent the invitations so far is only known by name: they have to be sent anew."""
    apps.get_model("accounts", "Invitation").objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_cache'),
    ]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
        migrations.AddField(
            model_name='invitation',
            name='inviter',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='accounts.membership'),
        ),
    ]
