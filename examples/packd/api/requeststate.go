package api

import (
	"context"
	"net/http"
	"time"
)

// A requestState is the state of one request until its response. It is the writer of
// the answer.
type requestState struct {
	http.ResponseWriter
	id     string
	key    *key   // nil without a valid token
	token  string // the name of the key, "" for none
	status int    // 0 while there is no answer
	body   bodyResources

	report       bool          // the request asks for a bare report
	ignored      []string      // names in the body that have no meaning
	unread       bool          // there is a body that was not read yet
	writeTimeout time.Duration // how long the client may take to read the answer
}

type requestStateKey struct{}

// stateOf returns the state of a request; an unused one when the request did not
// come through [Server.ServeHTTP].
func stateOf(ctx context.Context) *requestState {
	if x, ok := ctx.Value(requestStateKey{}).(*requestState); ok {
		return x
	}
	return &requestState{}
}

const (
	// readTimeout is how long a client with a token may take to read an answer.
	readTimeout = time.Minute
	// restTimeout is how long the unused rest of a body may take to arrive.
	restTimeout = time.Second
)

// WriteHeader notes the status. From here on the client has to read, and what it
// still sends is discarded.
func (x *requestState) WriteHeader(status int) {
	if x.status == 0 {
		x.body.releaseDecoder()
		x.status = status
		control := http.NewResponseController(x.ResponseWriter)
		_ = control.SetWriteDeadline(time.Now().Add(x.writeTimeout)) // where it can be set
		if x.unread {
			_ = control.SetReadDeadline(time.Now().Add(restTimeout))
		}
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write writes the body.
func (x *requestState) Write(data []byte) (int, error) {
	if x.status == 0 {
		x.WriteHeader(http.StatusOK)
	}
	return x.ResponseWriter.Write(data)
}

// Unwrap gives [http.ResponseController] access to the wrapped writer.
func (x *requestState) Unwrap() http.ResponseWriter { return x.ResponseWriter }
