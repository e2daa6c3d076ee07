package server

import (
	"context"
	"net/http"
	"time"
)

// An exchange is one request and its answer, as the log tells of it.
type exchange struct {
	http.ResponseWriter
	id     string
	key    *key   // nil while nobody showed one
	token  string // its name, "" for none
	status int    // 0 while there is no answer
	burden burden

	unread   bool          // there is a body, and nobody has read it
	patience time.Duration // how long the client may take to read the answer
}

type exchangeKey struct{}

// exchangeOf returns the exchange of a request; one that nobody looks at when the
// request did not come through [Server.ServeHTTP].
func exchangeOf(ctx context.Context) *exchange {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return x
	}
	return &exchange{}
}

const (
	// readTimeout is how long those with a token may take to read an answer.
	readTimeout = time.Minute
	// restTimeout is how long the rest of a body may take that nobody wants.
	restTimeout = time.Second
)

// WriteHeader notes the status. From here on the client has to read, and what it
// still sends is of no use.
func (x *exchange) WriteHeader(status int) {
	if x.status == 0 {
		x.burden.answered()
		x.status = status
		control := http.NewResponseController(x.ResponseWriter)
		_ = control.SetWriteDeadline(time.Now().Add(x.patience)) // where it can be set
		if x.unread {
			_ = control.SetReadDeadline(time.Now().Add(restTimeout))
		}
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write writes the body.
func (x *exchange) Write(data []byte) (int, error) {
	if x.status == 0 {
		x.WriteHeader(http.StatusOK)
	}
	return x.ResponseWriter.Write(data)
}

// Unwrap lets [http.ResponseController] find what it controls.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }
