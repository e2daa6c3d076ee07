// Package sqlregistry keeps the records of installed packs in an SQL database.
//
// It uses database/sql and links no driver: the host opens the database with
// a driver of its choice and selects the dialect. With SQLite and the driver
// modernc.org/sqlite:
//
//	db, err := sql.Open("sqlite", "file:"+path+
//		"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)")
//	...
//	records, err := sqlregistry.Open(ctx, db, sqlregistry.SQLite())
//	...
//	store, err := registry.Open(ctx, registry.Config{Root: root, Records: records})
//
// The three settings are required: with WAL, readers do not wait for a writer;
// with synchronous FULL, a commit survives a loss of power, which a
// [registry.Store] relies on; without a busy timeout, the second of two writers
// fails immediately, with an error that matches [pack.ErrBusy], instead of waiting.
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
// one transaction, which writes before it reads. Its statements match the row
// of a pack only while the expected generation is active, so that one of two writers
// succeeds and the other gets an error that matches [pack.ErrConflict].
//
// The version of the schema only increases. Several processes may open a database at
// once: one migrates, the others wait. A release refuses a newer schema with a
// [*SchemaError].
package sqlregistry
