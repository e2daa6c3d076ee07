// Package generations stores the generations of packs on disk: it publishes them, moves
// the links that readers follow, and finishes or undoes interrupted operations of dead
// processes.
//
// It is independent of the content of packs and of their records. An [Operation] lists
// the changes of generations; the [Records] decide it and return its outcome through
// three methods; metadata are bytes.
//
// # Layout
//
//	<root>/format                              format and ID of the root, see [Disk.Identity]
//	<root>/staging/<id>/, <id>.lock            content being received, see [Staging]
//	<root>/packs/<ref>/<generation>/pack/      content, never changed
//	<root>/packs/<ref>/<generation>/venv, ...  links beside the content, see [Links]
//	<root>/packs/<ref>/<generation>/metadata.json
//	<root>/packs/<ref>/<generation>/components encoded, see [Staging.WriteComponents]
//	<root>/packs/<ref>/<generation>/lease      locked by readers, see [Disk.Lease]
//	<root>/packs/<ref>/<generation>/removed    mark of a generation that only readers keep
//	<root>/packs/<ref>.last                    number of the last generation of a removed pack
//	<root>/current/<ref>                       the pointer: a link to the active content
//	<root>/journal/<operation>.json            the intent of an operation in progress
//	<root>/journal/<ref>[.<fence>].pointer     a link about to become the pointer
//	<root>/locks/<ref>.lock
//	<root>/trash/                              renamed away, deleted by [Disk.Reap]
//
// # Protocol
//
// [Staging.Apply] makes the changes of an operation in six steps, under the
// locks of all its packs. A process or the machine may die before each:
//
//  1. The content and its metadata are staged. [Disk.Recover] sweeps them away: the
//     lock of a staging directory is free only if its operation is dead.
//  2. The intent is written in staging, made durable together with the content, and
//     renamed into the journal. Nothing else has changed.
//  3. The content is renamed to its place. Nothing points to it. All of this is
//     durable before the next step.
//  4. The records decide, in one transaction that holds the ID of the operation.
//     Before it the old state holds for all packs of the operation, after it the
//     new one.
//  5. The pointers are renamed over the old ones.
//  6. The files of removed packs are discarded and the intent is removed. Only then
//     does the caller get an answer. Generations that a reader has leased are marked
//     instead, and discarded by [Disk.Collect] when the lease has ended.
//
// Recovery ([Disk.SettleDead], and [Disk.Lock] for the packs that it locks) reads
// the intent and asks the records for the outcome of the operation. If it was
// decided, the pointers are moved to what the records say now, and step 6 follows.
// If not, the content of step 3 is discarded. A pointer is never moved back.
// Recovery may itself die at any step and be repeated. While the records do not
// answer, or the intent cannot be understood, the intent stays. That is a
// [RepairError] for the packs of that operation, and for no others.
//
// In a living process a step that fails before the decision undoes the operation
// at once. When the decision itself fails, the records are asked whether it
// happened. A step that fails after it is tried once more, then left to recovery.
// The context no longer counts once the records are about to decide.
//
// Locks decide which processes are dead, never process IDs or times: locks on files are
// released by the system when a process ends. Every wait for one has a bound. Readers need
// none. A reader that takes a [Disk.Lease] shares it with other readers; it delays no
// operation, only the deletion of the generation.
//
// # Several hosts
//
// [Config.Locks] may be lost while their holder lives, but is stopped or cut off. Each
// holder has a fence, a number that grows. What a holder does after it has lost its locks
// harms no later one, at whatever moment it continues:
//
//   - The records refuse its decision, because its fence holds the locks no more.
//   - The generations that it publishes or discards are its own: their names end with its
//     fence. It does not discard generations of later holders with a removed pack.
//   - Its link that is about to become a pointer has a name with its fence. Later holders
//     drop it first, so renaming it fails. A pointer is replaced, never removed.
//   - Its intent and its staging directory have names that are not used again.
//
// The files have to be on a file system whose changes are visible to all hosts at once.
// Leases of readers are known to their own host alone, so removed generations are kept for
// a day, by the clock of the locks.
package generations
