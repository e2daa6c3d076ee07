package wire

import (
	"encoding/json"
	"time"

	"github.com/packtrain/pack"
)

// A State says how far an operation is.
type State string

// The states. The last three are final.
const (
	StateQueued    State = "queued"
	StateRunning   State = "running"
	StateCompleted State = "completed" // there is a report; packs in it may have failed
	StateFailed    State = "failed"    // the request as a whole failed, see Operation.Error
	StateCancelled State = "cancelled"
)

// Final reports whether an operation in state s is over.
func (s State) Final() bool {
	return s == StateCompleted || s == StateFailed || s == StateCancelled
}

// An Operation is work that packd does in the background.
type Operation struct {
	ID    string `json:"id"`
	Kind  string `json:"kind"` // install, download, dependencies, build-envs or register-batch
	State State  `json:"state"`
	// Actor is the name of the token in whose name the work is done.
	Actor string `json:"actor"`
	// Attempt counts how often the work was begun: 0 as long as it waits for the
	// first time, 2 when a restart of packd interrupted it once.
	Attempt  int        `json:"attempt"`
	Created  time.Time  `json:"created_at"`
	Started  *time.Time `json:"started_at"` // of the latest attempt, else null
	Finished *time.Time `json:"finished_at"`
	// Progress has the latest progress of every pack in the latest attempt, in
	// the order in which the packs first appeared. Lists of operations leave it
	// and Report out.
	Progress []PackProgress `json:"progress"`
	// Report is the report of the kind once the state is completed. When it is
	// failed or cancelled, it says what was done before that; null when nothing
	// was.
	Report json.RawMessage `json:"report"`
	// Error says why the operation failed or was cancelled, else null.
	Error *OperationError `json:"error"`
	// LastEvent is the sequence number of the newest event.
	LastEvent uint64 `json:"last_event"`
}

// PackProgress is the latest progress of one pack.
type PackProgress struct {
	Spec    string     `json:"spec"` // the input: a spec or a path
	Ref     pack.Ref   `json:"pack_ref"`
	Version string     `json:"pack_version"`
	Stage   pack.Stage `json:"stage"`
	// Status of the stage: started, progress, finished or failed; at the end that
	// of the pack, a [pack.Status].
	Status string `json:"status"`
	Done   int64  `json:"done_bytes"`
	Total  int64  `json:"total_bytes"`
}

// An OperationError says why an operation failed or was cancelled.
type OperationError struct {
	Error     string    `json:"error"`
	Code      pack.Code `json:"code"`
	Retryable bool      `json:"retryable,omitempty"` // as in [Fault]
	Cause
}

// EventKinds of an operation as a whole, beside those of [pack.Event]. The last
// three are the last event of their operation.
const (
	EventQueued    pack.EventKind = "queued" // again after a restart: then Message says so
	EventRunning   pack.EventKind = "running"
	EventCompleted pack.EventKind = "completed"
	EventFailed    pack.EventKind = "operation_failed"
	EventCancelled pack.EventKind = "cancelled"
)

// An Event is one line of the log of an operation. Its Seq counts from 1
// without gaps through all attempts; it is the id by which a reader continues.
type Event = pack.Event
