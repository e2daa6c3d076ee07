package wire

import "encoding/json"

// The types of bodies.
const (
	TypeJSON   = "application/json"
	TypeDotenv = "text/x-dotenv"
	// TypeReport is the bare report of a stage; a request that fails gets one
	// that says why.
	TypeReport = "application/vnd.packtrain.report+json"
	TypeEvents = "text/event-stream"
)

// An Envelope is the body of every successful answer.
type Envelope[T any] struct {
	Data    T       `json:"data"`
	Message *string `json:"message"`
}

// An ErrorBody is the body of every other answer.
type ErrorBody struct {
	Error string  `json:"error"`
	Code  *string `json:"code"`
	// Retryable: the same request may succeed later without any change.
	Retryable bool `json:"retryable,omitempty"`
	Cause
	// Details is an object, or null. Its "report" is that of a stage which failed
	// as a whole, and says what was done before.
	Details json.RawMessage `json:"details"`
}
