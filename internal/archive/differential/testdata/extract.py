"""Reads paths of archives, one a line, and prints for each what Python finds in
it: a JSON object of SHA-256 sums by name, with " x" after those of executable
files, or of an error."""

import hashlib
import json
import sys
import tarfile
import zipfile


def in_zip(path):
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if not info.is_dir():
                yield info.filename, archive.read(info), 0  # zipfile knows no modes


def in_tar(path):
    with tarfile.open(path) as archive:
        for info in archive:
            if info.isreg():
                yield info.name, archive.extractfile(info).read(), info.mode
            elif not info.isdir():
                raise ValueError("type %r" % info.type)


for line in sys.stdin:
    path = line.rstrip("\n")
    read = in_zip if path.endswith(".zip") else in_tar
    try:
        found = {}
        for name, content, mode in read(path):
            name = name[2:] if name.startswith("./") else name
            if name in found:
                raise ValueError("%r comes twice" % name)
            found[name] = hashlib.sha256(content).hexdigest() + (" x" if mode & 0o111 else "")
    except Exception as problem:
        found = {"error": "%s: %s" % (type(problem).__name__, problem)}
    print(json.dumps(found), flush=True)
