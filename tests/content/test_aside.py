"""What is made in a thread of its own leaves nothing behind."""

import asyncio
import time

import pytest
from django.db import connection

from clarion.accounts.models import User
from clarion.content.library.preparing import _aside


@pytest.mark.django_db(transaction=True)
def test_every_film_and_upload_gives_its_connection_back():
    """There are eight: kept by threads that have ended, soon nobody gets one."""

    def lent():
        said = connection.pool.get_stats()
        return said["pool_size"] - said["pool_available"]

    async def work():
        return await asyncio.gather(*(_aside(lambda _: User.objects.count()) for _ in range(4)))

    User.objects.count()  # ours
    before = lent()
    assert asyncio.run(work()) == [0] * 4
    for _ in range(50):  # the pool takes them back in a thread of its own
        if lent() == before:
            return
        time.sleep(0.1)
    assert lent() == before
