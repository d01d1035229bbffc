"""The limit registry on a copy of its files, as after a change and a restart."""

import shutil

from clarion.networks import limits


class Rows:
    def __init__(self, folder, monkeypatch):
        self.folder = folder
        shutil.copytree(limits.FOLDER, folder)
        monkeypatch.setattr(limits, "FOLDER", folder)

    def change(self, network, old, new):
        """Put `new` where `old` stands first in the file of the network."""
        path = self.folder / f"{network}.toml"
        before = path.read_text()
        assert old in before, f"{old!r} does not stand in {path.name}."
        self.write(network, before.replace(old, new, 1))

    def write(self, network, text):
        (self.folder / f"{network}.toml").write_text(text)
        self.restart()

    def restart(self):
        limits.restart()

    def __enter__(self):
        self.restart()
        return self

    def __exit__(self, *_):
        self.restart()
