// Package operations runs work in the background of packd: bounded in number,
// cancellable, observable from any moment on, and surviving a restart.
//
// Each operation is a directory below the one that [Open] is given:
//
//	<id>/operation.json   what is known of it, replaced atomically
//	<id>/request.json     kind and body, written once, before the operation exists for anybody
//	<id>/events.ndjson    its events, one line each, appended
//
// What was queued or running when the process died is begun again when the
// directory is opened, because every kind of work is idempotent; what was begun
// too often is reported failed, with the reason. Readers of events read the
// file at their own pace: a slow one costs nobody but itself.
package operations
