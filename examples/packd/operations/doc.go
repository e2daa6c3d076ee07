// Package operations runs work in the background of packd: bounded in number,
// cancellable, observable from any moment on, and surviving a restart.
//
// Each operation is a directory below the one that [Open] is given:
//
//	lock                  held as long as a process uses the directory
//	new/, trash/          operations that do not exist yet, or no longer
//	<id>/request.json     kind, body and idempotency key, written before the operation becomes visible
//	<id>/operation.json   its state, replaced atomically at each change
//	<id>/events.ndjson    its events, one line each, appended
//
// A body may hold secrets, such as the query of a signed URL. When an operation
// is over, its body is replaced by a digest, which distinguishes it from other work
// with the same key; if the process died before that, at the next Open.
//
// Operations that are over are kept within bounds of number, age and bytes, see
// [Config]; no work is refused because of them. Those that are not over are
// bounded by how much work may run and wait.
//
// Operations that were queued or running when the process died are begun again when
// the directory is opened, because every kind of work is idempotent; an operation
// that was begun too often is reported as failed, with the reason. A directory that
// does not belong to an operation is left alone and logged.
//
// Readers of events read the file at their own pace, through a buffer of a few
// kilobytes each: a slow reader does not affect others. The file is bounded, see
// [Manager.Events]. It is synced whenever the state changes: events that readers
// saw survive the death of the process, and a loss of power can only lose the
// events since the last change of the state.
package operations
