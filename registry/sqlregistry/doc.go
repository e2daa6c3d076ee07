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
// # Several hosts
//
// By default all processes that use a root are on one host, and locks on files exclude
// them from each other. With [Options.Lease], several hosts share the directory of the
// root, and its records in PostgreSQL say which host changes which packs: a host that
// changes packs holds rows in packtrain_locks, as long as the lease in packtrain_leases
// that it renews. The setting belongs to the root, and all its hosts need the same kind:
// opening it in another way is refused. To change it, stop all hosts, and set the column
// shared in the row of packtrain_roots.
//
//   - A host that is killed, stopped or cut off from the database for longer than its
//     lease loses its locks. Other hosts wait for that, up to the LockTimeout of their
//     stores, which should be longer; then they finish or undo its operations. Until then
//     nothing of it is touched.
//   - Each lease has a fence, a number that grows. The transaction that applies an operation
//     checks in the database that its fence still holds the locks, and holds the lease until
//     it ends. So a host that continues after its lease commits nothing. What it does to
//     files does not harm others, see the package comment of package registry.
//   - Leases are measured by the clock of the database alone. The clocks of the hosts, and
//     their differences, do not matter. A lease ends at once if that clock is set back by
//     more than its length.
//   - A transaction of a host that is stopped or cut off in the middle of it is ended by the
//     server, after the length of a lease.
//   - After a failover to a replica that lacks the latest transactions, the records are
//     older than the files. Fences do not repeat, as they are times, too. Packs that differ
//     from their records are marked, and repaired by [registry.Store.Repair].
//
// All hosts have to mount the directory in a way that shows each of them the changes of all
// others at once: rename replaces a file in one step, creating a directory that exists
// fails, and a file that was renamed or removed by one host cannot be found under its old
// name by another one, so names must not be cached (on NFS: lookupcache=none, actimeo=0,
// hard). What fsync has written must survive the loss of any host. Locks on files need not
// work. So a snapshot of a reader is not seen by other hosts ([registry.SnapshotPack.Leased]
// is false): the files of a removed pack are kept for a day after the removal, and a reader
// that takes longer may lose them. Environments are not covered: build them on one host at
// a time.
//
// # Tables
//
// Open creates these tables and keeps their schema up to date; the schema's
// version is in packtrain_schema. Hosts may read them:
//
//	packtrain_roots         id, root (the ID of a root directory), operations (number of the last one), shared
//	packtrain_packs         id (kept through all generations), root_id, ref, version, generation, manifest, config, ...
//	packtrain_components    pack_id, position, root_id, kind, ref, name, file, document: those of the active generations
//	packtrain_mentions      pack_id, ref: the other packs whose components these may name
//	packtrain_dependencies  pack_id, position, ref, document: those of the active generations
//	packtrain_generations   pack_id, name, version, digests, pin, environments, tests, ...
//	packtrain_operations    root_id, number, operation (ID), change: the latest operations, in their order
//	packtrain_leases        fence, root, holder, length, expires: of hosts that share a root
//	packtrain_locks         root, name, fence, shared: what these hold
//	packtrain_fences        fence: the last one
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
