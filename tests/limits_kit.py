"""The limit registry on a copy of its files, as after a change and a restart."""

import re
import shutil

from clarion.networks import limits


class Rows:
    def __init__(self, folder):
        self.folder, self.real = folder, limits.FOLDER
        shutil.copytree(self.real, folder)

    def change(self, network, old, new):
        """Put `new` where `old` stands first in the file of the network."""
        path = self.folder / f"{network}.toml"
        before = path.read_text()
        assert old in before, f"{old!r} does not stand in {path.name}."
        self.write(network, before.replace(old, new, 1))

    def write(self, network, text):
        (self.folder / f"{network}.toml").write_text(text)
        self.restart()

    def all_verified(self, day):
        """As if somebody had read every verified row again on that day."""
        for path in self.folder.glob("*.toml"):
            text = path.read_text()
            path.write_text(re.sub(r"verified = [\d-]+", f"verified = {day}", text))
        self.restart()

    def restart(self):
        limits._registry.cache_clear()
        limits.allowed.cache_clear()
        limits._price_lists.cache_clear()

    def __enter__(self):
        limits.FOLDER = self.folder
        self.restart()
        return self

    def __exit__(self, *_):
        limits.FOLDER = self.real
        self.restart()
