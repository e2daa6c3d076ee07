package wire

import "time"

// A Ticket admits one request for a stream of events, by the parameter ticket of its URL
// instead of a token in its header: browsers cannot send that header for a stream.
type Ticket struct {
	Ticket string `json:"ticket"`
	// Expires is when it stops being valid.
	Expires time.Time `json:"expires_at"`
}
