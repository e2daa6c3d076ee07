"""Packs the directory demo as programs in Python would: pack.py PACKER ARCHIVE."""

import datetime
import os
import sys

packer, out = sys.argv[1:]
files = sorted(os.path.join(d, f) for d, _, names in os.walk("demo") for f in names)


def read(name):
    with open(name, "rb") as f:
        yield f.read()


def zipstream(method):
    from zipstream import ZipStream, ZIP_DEFLATED

    z = ZipStream(compress_type=ZIP_DEFLATED)
    method(z)
    return z


def stream_zip(method):
    import stream_zip as s

    now = datetime.datetime(2026, 1, 1)
    return s.stream_zip((name, now, os.stat(name).st_mode, getattr(s, method), read(name)) for name in files)


packers = {
    "zipstream": lambda: zipstream(lambda z: z.add_path("demo")),
    "zipstream of iterators": lambda: zipstream(lambda z: [z.add(read(name), name) for name in files]),
    "stream-zip": lambda: stream_zip("ZIP_32"),
    "stream-zip, zip64": lambda: stream_zip("ZIP_64"),
}

with open(out, "wb") as f:
    for chunk in packers[packer]():
        f.write(chunk)
