// Package sqlregistry keeps the records of installed packs in an SQL database.
//
// It speaks database/sql and links no driver: the host opens the database with
// the driver it likes and says which dialect it speaks. With SQLite, as the
// driver modernc.org/sqlite spells it:
//
//	db, err := sql.Open("sqlite", "file:"+path+
//		"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)")
//	...
//	records, err := sqlregistry.Open(ctx, db, sqlregistry.SQLite())
//	...
//	store, err := registry.Open(ctx, registry.Config{Root: root, Records: records})
//
// The three settings matter: with WAL readers do not wait for a writer;
// synchronous FULL makes a commit survive the loss of power, which a
// [registry.Store] relies on; without a busy timeout the second of two writers
// fails at once, with an error that matches [pack.ErrBusy], instead of waiting.
//
// # Tables
//
// Open creates these tables and keeps their schema up to date; the schema's
// version is in packtrain_schema. Hosts may read them:
//
//	packtrain_packs        id (kept through all generations), ref, version, generation, manifest, config, ...
//	packtrain_components   pack_id, position, kind, ref, name, file, document: those of the active generations
//	packtrain_generations  pack_id, name, version, digests, pin, environments, tests, ...
//	packtrain_operations   the IDs of the latest operations
//	packtrain_root         the ID of the root directory that the records belong to
//
// Structured values are JSON, times are text in UTC. Every operation is
// one transaction, which writes before it reads. Its statements only find the row
// of a pack while the expected generation is active, so that of two writers one
// wins and the other gets an error that matches [pack.ErrConflict].
//
// Versions of the schema only go up. Several processes may open a database at
// once: one migrates, the others wait. A release that finds a newer schema
// refuses it with a [*SchemaError].
package sqlregistry
