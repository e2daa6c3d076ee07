// Package registry is stage 4 of an installation: it validates and tests packs,
// makes them active under a stable path, records what is active, and brings back
// what was active before.
//
// A [Store] does all of that below one root directory:
//
//	records, err := registry.OpenFiles(ctx, "/var/lib/host/records")
//	...
//	store, err := registry.Open(ctx, registry.Config{Root: "/var/lib/host", Records: records})
//	...
//	defer store.Close()
//	report, err := store.Register(ctx, registry.Request{Paths: []string{dir}, Replace: registry.ReplaceUpgrade})
//	...
//	path := report.Registered[0].StoragePath // /var/lib/host/current/slack
//
// It implements [Registrar] and its companions, each of which a host can use or
// replace separately: [Catalog], [Summarizer], [Snapshotter], [Feed], [Historian], [Pinner], [Enabler], [Remover],
// [RollBacker], [Configurer], [Verifier], [Repairer]. [OpenReadOnly] opens a root without permission to
// write.
// [Records] store the state of the packs: in files ([OpenFiles]), or in a database
// (package sqlregistry, which brings no driver).
//
// This package neither downloads packs nor builds environments. It asks
// [Environments] which environments belong to a pack's content, pins these, and
// runs the pack's tests with them.
//
// # Life of a pack
//
// Register copies a pack into staging, which no other process changes, and then reads
// only the copy: the checked and tested content is the content that becomes active.
// Findings of severity error, dependencies that are neither installed nor provided nor
// in the request, a mismatch of the platform version, and failing tests each fail the
// pack, in the stage that the report names. Activation begins after the checks of all
// packs of the request. Packs that need each other, or a pack that changes in the same
// request, form a set, and each set becomes active in one operation. If one pack of a
// set fails, the whole set stays unchanged; other sets are not affected. Packs may need
// each other in a cycle. Active content is not changed.
//
// On disk:
//
//	<root>/format                                the format and the ID of the root
//	<root>/staging/<operation>/                  content on its way in
//	<root>/packs/<ref>/<generation>/pack/        a generation's content, never changed
//	<root>/packs/<ref>/<generation>/venv         link to its virtualenv
//	<root>/packs/<ref>/<generation>/node_modules link to its packages
//	<root>/packs/<ref>/<generation>/metadata.json
//	<root>/packs/<ref>/<generation>/components   its components, as [Documents]
//	<root>/packs/<ref>/<generation>/lease        locked by snapshots
//	<root>/current/<ref>                         link to the active generation's pack
//	<root>/packs/<ref>.last                      the last generation's number of a removed pack
//	<root>/journal/<operation>.json              the operation in progress
//	<root>/locks/ <root>/trash/
//
// Readers need no lock. A reader of several files of a pack resolves the link
// current/<ref> once and reads below its target, which does not change when another
// generation becomes active, but is deleted when the pack is removed. A [Snapshot] keeps
// it, and can keep an earlier generation, so that two versions of a pack serve side by
// side. No operation waits for readers. Every activation creates a generation; earlier
// ones are kept as the [Retention] says, so [Store.RollBack] needs neither network nor
// tests. A [Historian] lists and compares them, and a [Pinner] keeps some regardless. Equal
// files of successive generations share their space where the file system can do that.
// Removed files go to the trash; see [Store.Reap].
//
// The reports of registrations and rollbacks say what the change of a pack means for
// others: see [Changes].
//
// # Changes by others
//
// A host that keeps packs in memory follows the [Feed], which lists the recorded changes
// in the order of their commits, of this process and of all others: which packs changed
// together, from which generation to which, when, and in whose name ([WithActor]).
//
// # What happens in a crash
//
// All packs that one operation changes are always exactly as before it or exactly
// as after it, whenever the process or the machine dies. The transaction of the
// records decides: before it nothing is visible, after it the links current/<ref>
// follow, and no link is ever moved back. When the root is opened, and before the
// next change, an operation that was recorded is finished and any other is undone;
// repeating that changes nothing. An operation that fails before the records
// decide, while the process lives, is undone at once. Success is reported only after
// the records and the files are durable.
//
// An operation that can be neither finished nor undone, because the records do not
// answer or a newer release began it, keeps only its own packs from being changed:
// that is a [RepairError]. It is settled once its cause is gone. What cannot be
// cleaned up is logged, and changes no result.
//
// Processes that change the same pack exclude each other by the lock of its
// ref, which the system releases when they die. Every change of packs first settles
// the operations of all dead processes, because other packs may depend on those.
//
// Several hosts can share a root if its records have locks for them ([LocksProvider], as
// package sqlregistry with PostgreSQL). Such a lock ends when its holder is stopped or cut
// off for too long. The records then refuse the operation of that holder. Its generations,
// whose names end with its fence, and its links have names of their own, so what it does
// later to files does not change what others have made. The link current/<ref> of a
// removed pack is not removed, but leads nowhere.
//
// Other damage affects its own pack alone: lists mark it, [Store.Verify] finds it, and
// [Store.Repair] makes the files agree with the records again.
//
// # Tests of packs
//
// The tests that a pack declares run in a private copy of its content, which is dropped
// after them and into which they may write, with the interpreters of its environments, a
// clean environment and a HOME and TMPDIR of their own. The content that becomes active
// is hashed again after them.
//
// The types of runners are script, unittest, pytest, jest and node-test. pytest and jest
// must be among the packages of the pack. Results come from what the runner reports, or
// in the declared format (simple, tap, junit-xml or json) from standard output or
// result_path. A run without a single test does not pass, nor do results that contradict
// the exit status, or that are declared as tap, junit-xml or json and are not there; a
// script that prints nothing of the simple format is one test. The result is kept as
// evidence with the generation ([TestResult]). Evidence of the same content, in the same
// environments and at the same level of isolation, is used again ([Request.Retest]).
package registry
