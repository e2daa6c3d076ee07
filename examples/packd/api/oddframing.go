package api

import (
	"net/http"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/framing"
	"github.com/packtrain/pack/examples/packd/wire"
)

// oddFraming refuses requests that a proxy could read differently, and has each
// connection end with them. After a body of unknown length a connection ends, too.
func oddFraming(w http.ResponseWriter, r *http.Request) *wire.Problem {
	if len(r.TransferEncoding) > 0 {
		w.Header().Set("Connection", "close")
	}
	refuse := func(text string) *wire.Problem {
		return wire.NewProblem(http.StatusBadRequest, pack.CodeInvalidRequest, text).With("Connection", "close")
	}
	switch {
	case framing.Odd(r.Context()):
		return refuse("the header has a line that continues the one before it, or more than one length of the body")
	case len(r.Header.Values("Authorization")) > 1:
		return refuse("the header has more than one line Authorization")
	}
	return nil
}
