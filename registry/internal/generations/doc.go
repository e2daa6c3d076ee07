// Package generations keeps the generations of packs on disk: it publishes
// them, moves the link that readers follow, and finishes or undoes what a dead
// process left.
//
// It does not know what a pack is beyond its ref, nor what is recorded about
// it. An [Operation] says which generation follows which; the [Records] are
// told and asked through three functions; metadata are bytes.
//
// # Layout
//
//	<root>/format                              format and ID of the root, see [Disk.Identity]
//	<root>/staging/<id>/, <id>.lock            content being received, see [Staging]
//	<root>/packs/<ref>/<generation>/pack/      content, never changed
//	<root>/packs/<ref>/<generation>/venv, ...  links beside the content, see [Links]
//	<root>/packs/<ref>/<generation>/metadata.json
//	<root>/current/<ref>                       the pointer: a link to the active content
//	<root>/journal/<ref>.json                  the intent of the change in progress
//	<root>/locks/<ref>.lock
//	<root>/trash/                              renamed away, deleted by [Disk.Reap]
//
// # Protocol
//
// [Staging.Apply] makes a change in six steps, under the lock of the pack. A
// process or the machine may die before each:
//
//  1. The content and its metadata are staged. [Disk.Recover] sweeps them away: the
//     lock of a staging directory is free only if its operation is dead.
//  2. The intent is written to the journal and made durable, together with the
//     staged content. Nothing else has changed, so the intent is withdrawn.
//  3. The content is renamed to its place. Nothing points to it; withdrawing
//     the intent discards it.
//  4. The pointer is renamed over the old one. This decides: before it the old
//     state holds, from here on recovery goes forward.
//  5. The records are told, in one transaction, which may be repeated.
//  6. The intent is removed. Only then does the caller get an answer.
//
// A step that fails in a living process is undone at once, up to step 4. When
// the records fail in step 5, they are asked for the outcome of the operation:
// the transaction may have happened. The context no longer counts once the pointer is about to
// move.
//
// Recovery ([Disk.Settle], [Disk.SettleDead]) reads the intent and the pointer,
// and takes the same steps forward or back; it may itself die at any of them
// and be repeated. Locks decide which processes are dead, never process IDs or
// times: the system releases them when a process ends. Readers take none.
//
// An operation has a list of moves. Today it must hold exactly one, because a
// single pointer decides.
package generations
