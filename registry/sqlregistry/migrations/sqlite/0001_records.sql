-- What is installed. An id is never given to another pack.
CREATE TABLE packtrain_packs (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    ref          TEXT NOT NULL UNIQUE,
    version      TEXT NOT NULL,
    generation   TEXT NOT NULL,               -- the active one
    manifest     TEXT NOT NULL,               -- JSON
    config       TEXT NOT NULL DEFAULT '{}',  -- JSON, set by the user
    installed_at TEXT NOT NULL,
    updated_at   TEXT NOT NULL
);

-- The components of the active generations.
CREATE TABLE packtrain_components (
    pack_id  INTEGER NOT NULL REFERENCES packtrain_packs (id),
    position INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    ref      TEXT NOT NULL,
    name     TEXT NOT NULL,
    file     TEXT NOT NULL,
    document TEXT NOT NULL,  -- JSON, the whole component
    PRIMARY KEY (pack_id, position),
    UNIQUE (kind, ref)
);

-- Every state in which a pack is or was active, the oldest with the lowest id.
CREATE TABLE packtrain_generations (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    pack_id            INTEGER NOT NULL REFERENCES packtrain_packs (id),
    name               TEXT NOT NULL,
    previous           TEXT NOT NULL,
    version            TEXT NOT NULL,
    tree_digest        TEXT NOT NULL,
    directory_checksum TEXT NOT NULL,
    pin                TEXT NOT NULL,  -- JSON
    environments       TEXT NOT NULL,  -- JSON
    tests              TEXT NOT NULL,  -- JSON
    validation         TEXT NOT NULL,  -- JSON
    components         TEXT NOT NULL,  -- JSON, how many of each kind
    created_at         TEXT NOT NULL,
    UNIQUE (pack_id, name)
);
