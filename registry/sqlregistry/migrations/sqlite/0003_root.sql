-- The root directory that the records belong to, once they belong to one.
CREATE TABLE packtrain_root (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    root TEXT NOT NULL
);
