-- What the active generations depend on.
CREATE TABLE packtrain_dependencies (
    pack_id  INTEGER NOT NULL REFERENCES packtrain_packs (id),
    position INTEGER NOT NULL,
    ref      TEXT NOT NULL,
    document TEXT NOT NULL,  -- JSON, the whole dependency
    PRIMARY KEY (pack_id, position)
);

CREATE INDEX packtrain_dependencies_ref ON packtrain_dependencies (ref);

INSERT INTO packtrain_dependencies (pack_id, position, ref, document)
SELECT p.id, d.key, json_extract(d.value, '$.ref'), d.value
FROM packtrain_packs p, json_each(CASE WHEN json_valid(p.manifest) THEN p.manifest ELSE '{}' END, '$.dependencies') d
WHERE json_extract(d.value, '$.ref') IS NOT NULL;
