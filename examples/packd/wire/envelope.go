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
	Error   string          `json:"error"`
	Code    *string         `json:"code"`
	Details json.RawMessage `json:"details"` // an object, or null
}
