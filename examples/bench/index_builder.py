"""Prints the checksum of each directory given, as an index builder would."""

import hashlib
import pathlib
import sys


def checksum(root):
    digest = hashlib.sha256()
    files = (p for p in root.rglob("*") if p.is_file() and ".git" not in p.parts)
    for path in sorted(files, key=lambda p: p.relative_to(root).as_posix()):
        name = path.relative_to(root).as_posix().encode()
        data = path.read_bytes()
        digest.update(b"attune-pack-file-v1")
        digest.update(len(name).to_bytes(8, "big"))
        digest.update(name)
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


for directory in sys.argv[1:]:
    print(checksum(pathlib.Path(directory)))
