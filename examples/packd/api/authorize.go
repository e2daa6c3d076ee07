package api

import (
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"golang.org/x/time/rate"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

// authorize is the middleware that admits tokens with the scope of the endpoint.
func (s *Server) authorize(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	if err := s.checkToken(r, scopeOf(ctx.Operation())); err != nil {
		s.fail(w, r, err)
		return
	}
	next(ctx)
}

// scopeOf returns the scope that an operation requires, as its description says; ""
// if none is required.
func scopeOf(op *huma.Operation) Scope {
	if len(op.Security) == 0 {
		return ""
	}
	return Scope(op.Security[0][securityScheme][0])
}

// checkToken returns why a request is refused, nil when it is not.
func (s *Server) checkToken(r *http.Request, scope Scope) *wire.Problem {
	if scope == "" {
		return nil
	}
	key := s.keys.find(bearer(r.Header))
	if key == nil {
		if p := take(s.strangers); p != nil {
			return p
		}
		return wire.NewProblem(http.StatusUnauthorized, "", "a valid bearer token is needed").With("WWW-Authenticate", `Bearer realm="packd"`)
	}
	x := stateOf(r.Context())
	x.key, x.token, x.writeTimeout = key, key.name, readTimeout
	if p := take(key.limit); p != nil {
		return p
	}
	if !slices.Contains(key.scopes, scope) {
		p := wire.NewProblem(http.StatusForbidden, pack.CodePolicyDenied, "the token does not have the scope "+string(scope))
		p.Details = map[string]any{"missing_scope": scope}
		return p
	}
	return nil
}

// take takes one request from the limiter.
func take(l *rate.Limiter) *wire.Problem {
	reservation := l.Reserve()
	wait := reservation.Delay()
	if reservation.OK() && wait == 0 {
		return nil
	}
	reservation.Cancel()
	return tooMany("too many requests", wait)
}
