-- The root directories that the records belong to. A root without a name holds the
-- records that belong to none yet.
CREATE TABLE packtrain_roots (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    root       TEXT NOT NULL UNIQUE,
    asked      BIGINT NOT NULL DEFAULT 0,  -- how often the outcome of an operation was asked for
    place      TEXT NOT NULL DEFAULT '',  -- its path when it was last opened to be changed
    operations BIGINT NOT NULL DEFAULT 0, -- number of the last operation
    shared     BIGINT NOT NULL DEFAULT 0  -- 1 if several hosts use it, with leases
);

-- What is installed. An id is never given to another pack.
CREATE TABLE packtrain_packs (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    root_id      BIGINT NOT NULL REFERENCES packtrain_roots (id),
    ref          TEXT COLLATE "C" NOT NULL,
    version      TEXT NOT NULL,
    generation   TEXT NOT NULL,               -- the active one
    manifest     TEXT NOT NULL,               -- JSON
    enabled      INTEGER NOT NULL,            -- 1 if the manifest says so
    settings     TEXT NOT NULL DEFAULT '{}',  -- JSON, what users decided otherwise
    installed_at TEXT NOT NULL,
    updated_at   TEXT NOT NULL,
    UNIQUE (root_id, ref)
);

-- The components of the active generations.
CREATE TABLE packtrain_components (
    pack_id  BIGINT NOT NULL REFERENCES packtrain_packs (id),
    position BIGINT NOT NULL,
    root_id  BIGINT NOT NULL,  -- that of the pack
    kind     TEXT NOT NULL,
    ref      TEXT COLLATE "C" NOT NULL,
    name     TEXT COLLATE "C" NOT NULL,
    file     TEXT NOT NULL,
    document TEXT NOT NULL,  -- JSON, the whole component
    PRIMARY KEY (pack_id, position),
    UNIQUE (root_id, kind, ref)
);

-- What the active generations depend on.
CREATE TABLE packtrain_dependencies (
    pack_id  BIGINT NOT NULL REFERENCES packtrain_packs (id),
    position BIGINT NOT NULL,
    ref      TEXT COLLATE "C" NOT NULL,
    document TEXT NOT NULL,  -- JSON, the whole dependency
    PRIMARY KEY (pack_id, position)
);

CREATE INDEX packtrain_dependencies_ref ON packtrain_dependencies (ref);

-- The other packs whose components those of the active generations may name.
CREATE TABLE packtrain_mentions (
    pack_id BIGINT NOT NULL REFERENCES packtrain_packs (id),
    ref     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (pack_id, ref)
);

CREATE INDEX packtrain_mentions_ref ON packtrain_mentions (ref);

-- Every state in which a pack is or was active, the oldest with the lowest id.
CREATE TABLE packtrain_generations (
    id                 BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pack_id            BIGINT NOT NULL REFERENCES packtrain_packs (id),
    name               TEXT COLLATE "C" NOT NULL,
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
    actor              TEXT NOT NULL,
    UNIQUE (pack_id, name)
);

-- The operations that were applied, in their order. Old ones are deleted.
CREATE TABLE packtrain_operations (
    root_id   BIGINT NOT NULL REFERENCES packtrain_roots (id),
    number    BIGINT NOT NULL,
    operation TEXT NOT NULL,
    change    TEXT NOT NULL DEFAULT '',  -- JSON, what it changed; '' for nothing
    PRIMARY KEY (root_id, number),
    UNIQUE (root_id, operation)
);

-- The last fence that was given out, which is also a time: in milliseconds, or later.
CREATE TABLE packtrain_fences (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    fence BIGINT NOT NULL
);

INSERT INTO packtrain_fences (id, fence) VALUES (1, 0);

-- The leases of the hosts that share a root. What they hold ends with them.
CREATE TABLE packtrain_leases (
    fence   BIGINT PRIMARY KEY,
    root    TEXT NOT NULL,
    holder  TEXT NOT NULL,  -- host and process, for people
    length  INTERVAL NOT NULL,
    expires TIMESTAMPTZ NOT NULL  -- by the clock of the server
);

-- The locks that they hold, of packs and of others.
CREATE TABLE packtrain_locks (
    root   TEXT NOT NULL,
    name   TEXT COLLATE "C" NOT NULL,
    fence  BIGINT NOT NULL REFERENCES packtrain_leases (fence) ON DELETE CASCADE,
    shared BOOLEAN NOT NULL,
    PRIMARY KEY (root, name, fence)
);

CREATE INDEX packtrain_locks_fence ON packtrain_locks (fence);

-- The configurations that users set, which outlive their packs. They contain secrets.
CREATE TABLE packtrain_configurations (
    root_id  BIGINT NOT NULL REFERENCES packtrain_roots (id),
    ref      TEXT NOT NULL,
    document TEXT NOT NULL,  -- JSON: values, which are secret, and the revision
    PRIMARY KEY (root_id, ref)
);

-- The results of tests, which outlive generations and packs. Old ones are deleted.
CREATE TABLE packtrain_evidence (
    id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    root_id  BIGINT NOT NULL REFERENCES packtrain_roots (id),
    ref      TEXT COLLATE "C" NOT NULL,
    document TEXT NOT NULL  -- JSON
);

CREATE INDEX packtrain_evidence_ref ON packtrain_evidence (root_id, ref, id);
CREATE INDEX packtrain_evidence_root ON packtrain_evidence (root_id, id);
