// Package operations runs work in the background of packd: bounded in number,
// cancellable, observable from any moment on, and surviving a restart.
//
// Each operation is a directory below the one that [Open] is given:
//
//	lock                  held as long as a process uses the directory
//	new/, trash/          operations that do not exist yet, or any more
//	<id>/request.json     kind, body and idempotency key, written before the operation exists for anybody
//	<id>/operation.json   what is known of it, replaced atomically at each change of its state
//	<id>/events.ndjson    its events, one line each, appended
//
// A body may hold secrets, such as the query of a signed URL. When an operation
// is over, its body is replaced by a digest, which tells it from other work with
// the same key; when the process died before that, at the next Open.
//
// Operations that are over are kept within bounds of number, age and bytes, see
// [Config]; no work is refused because of them. Those that are not over are
// bounded by how much work may run and wait.
//
// What was queued or running when the process died is begun again when the
// directory is opened, because every kind of work is idempotent; what was begun
// too often is reported failed, with the reason. A directory that is not one of
// an operation is left alone and logged.
//
// Readers of events read the file at their own pace, through a buffer of a few
// kilobytes each: a slow one costs nobody but itself. The file is bounded, see
// [Manager.Events]. It is synced whenever the state changes: what readers saw
// survives the death of the process, and a loss of power can take the events
// since the last change of the state.
package operations
