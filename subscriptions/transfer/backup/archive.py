"""The backup file: a plain tar whose first member says what the others must be."""

import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from subscriptions.core.words import lazy_gettext as _
from subscriptions.transfer.backup.files import CHUNK, Tell
from subscriptions.transfer.backup.manifest import (
    APPLICATION,
    FORMAT,
    MANIFEST,
    MAX_MANIFEST,
    Manifest,
    Member,
    is_member_name,
)
from subscriptions.transfer.backup.refusals import Damaged, Foreign, RestoreRefused


def pack(target: Path, folder: Path, manifest: Manifest, names: list[str], tell: Tell) -> Manifest:
    """Write ``target`` with the named files of ``folder``; return the manifest with its members."""
    members = []
    for number, name in enumerate(names):
        tell("Adding up", number, len(names))
        members.append(_measure(folder / name, name))
    manifest = manifest.model_copy(update={"members": members})
    text = folder / MANIFEST
    text.write_text(manifest.model_dump_json(indent=1))
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as tar:
        for number, name in enumerate([MANIFEST, *names]):
            tell("Packing", number, len(names) + 1)
            tar.add(folder / name, name, recursive=False, filter=_plain)
    return manifest


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Says nothing of the machine on which it was written."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o600
    return entry


def _measure(path: Path, name: str) -> Member:
    size, digest = 0, sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            digest.update(chunk)
    return Member(name=name, size=size, sha256=digest.hexdigest())


class Archive:
    """An opened backup file whose manifest has been read."""

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest) -> None:
        self._tar = tar
        self.manifest = manifest

    @property
    def names(self) -> list[str]:
        """The names of the members."""
        return [member.name for member in self.manifest.members]

    def verify(self, tell: Tell) -> None:
        """Read every byte; :class:`Damaged` unless all is there, unchanged, and nothing else is."""
        total = sum(member.size for member in self.manifest.members)
        done = 0
        for member in self.manifest.members:
            digest = sha256()
            for chunk in self.read(member.name):
                done += len(chunk)
                digest.update(chunk)
                tell("Checking", done, total)
            if digest.hexdigest() != member.sha256:
                raise Damaged

    def read(self, name: str) -> Iterator[bytes]:
        """The bytes of a member."""
        file = self._tar.extractfile(name)
        try:
            while chunk := file.read(CHUNK) if file else b"":
                yield chunk
        except tarfile.TarError:
            raise Damaged from None


@contextmanager
def opened(path: Path, known_revisions: set[str]) -> Iterator[Archive]:
    """Open a backup file and read its manifest.

    Raises :class:`Foreign` if it is something else, :class:`RestoreRefused` if a newer version
    wrote it, :class:`Damaged` if its members are not the ones that the manifest names.
    """
    try:
        tar = tarfile.open(path, "r:")  # noqa: SIM115 (closed below)
    except tarfile.TarError:
        raise Foreign from None
    with tar:
        manifest = _manifest(tar)
        if manifest.format != FORMAT or manifest.revision not in known_revisions:
            raise _newer(manifest.version)
        _check_members(tar, manifest)
        yield Archive(tar, manifest)


def _manifest(tar: tarfile.TarFile) -> Manifest:
    try:
        first = tar.next()
        if first is None or first.name != MANIFEST or not _ordinary(first):
            raise Foreign
        if first.size > MAX_MANIFEST:
            raise Foreign
        file = tar.extractfile(first)
        text = file.read() if file else b""
    except tarfile.TarError:
        raise Foreign from None
    return _parse(text)


def _parse(text: bytes) -> Manifest:
    try:
        return Manifest.model_validate_json(text)
    except ValidationError:
        _refuse_newer(text)
        raise Foreign from None


def _refuse_newer(text: bytes) -> None:
    """Another format has another shape, but these keys will stay."""
    try:
        head = json.loads(text)
        is_newer = head["application"] == APPLICATION and int(head["format"]) > FORMAT
    except (ValueError, TypeError, KeyError):
        return
    if is_newer:
        raise _newer(str(head.get("version")))


def _newer(version: str) -> RestoreRefused:
    return RestoreRefused(
        _(
            "The file was written by version %(version)s, which this one does not know. "
            "Restore it with that version or a newer one.",
            version=version,
        )
    )


def _check_members(tar: tarfile.TarFile, manifest: Manifest) -> None:
    """Exactly the members of the manifest, each an ordinary file of its size, nothing odd."""
    promised = {member.name: member.size for member in manifest.members}
    if not all(map(is_member_name, promised)):
        raise Damaged
    try:
        entries = tar.getmembers()[1:]
    except tarfile.TarError:
        raise Damaged from None
    found = {entry.name: entry.size for entry in entries if _ordinary(entry)}
    if found != promised or len(entries) != len(promised):
        raise Damaged


def _ordinary(entry: tarfile.TarInfo) -> bool:
    return entry.type in (tarfile.REGTYPE, tarfile.AREGTYPE)
