-- The operations that were applied, the latest with the highest id. Old ones
-- are deleted.
CREATE TABLE packtrain_operations (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    operation TEXT NOT NULL UNIQUE
);
