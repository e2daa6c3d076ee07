// Package sqlregistry keeps the records of installed packs in an SQL database.
//
// It uses database/sql and links no driver: the host opens the database with
// a driver of its choice and selects the dialect. With SQLite and the driver
// modernc.org/sqlite:
//
//	db, err := sql.Open("sqlite", "file:"+path)
//	...
//	records, err := sqlregistry.Open(ctx, db, sqlregistry.SQLite(), nil)
//	...
//	store, err := registry.Open(ctx, registry.Config{Root: root, Records: records})
//
// With PostgreSQL and the driver github.com/jackc/pgx/v5/stdlib:
//
//	db, err := sql.Open("pgx", "postgres://user@host/database?default_query_exec_mode=exec")
//	...
//	records, err := sqlregistry.Open(ctx, db, sqlregistry.PostgreSQL(), nil)
//
// The parameter is required when a connection pooler, such as PgBouncer, gives each
// transaction another connection: prepared statements do not work then, and the error
// names the parameter.
//
// # Settings
//
// A [registry.Store] relies on commits that survive a loss of power, and on waits that
// end. The package sets what that requires, independent of the DSN and the
// server. SQLite databases get a write-ahead log; connections that weaken synchronous are
// refused. Transactions in PostgreSQL are READ COMMITTED, with synchronous commits and
// a limit on waiting for locks. A transaction that fails because of
// another one, or because its connection is lost, is repeated for about [Options.Wait].
// After that, the error matches [pack.ErrBusy] if another transaction was in the way.
//
// # Tables
//
// Open creates these tables and keeps their schema up to date; the schema's
// version is in packtrain_schema. Hosts may read them:
//
//	packtrain_roots         id, root (the ID of a root directory), operations (number of the last one)
//	packtrain_packs         id (kept through all generations), root_id, ref, version, generation, manifest, config, ...
//	packtrain_components    pack_id, position, root_id, kind, ref, name, file, document: those of the active generations
//	packtrain_dependencies  pack_id, position, ref, document: those of the active generations
//	packtrain_generations   pack_id, name, version, digests, pin, environments, tests, ...
//	packtrain_operations    root_id, number, operation (ID), change: the latest operations, in their order
//
// Structured values are JSON, times are text in UTC. Every row belongs to one root, so
// a database may hold the records of several roots. Every operation is one transaction,
// which first takes the lock of its root, by writing the row of the root. Its statements match
// the row of a pack only while the expected generation is active, so that one of two
// writers succeeds and the other gets an error that matches [pack.ErrConflict].
//
// The version of the schema only increases. Several processes may open a database at
// once: one migrates, the others wait. A release refuses a newer schema with a
// [*SchemaError].
package sqlregistry
