package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"golang.org/x/time/rate"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

// authorize is the middleware that admits tokens with the scope of the endpoint.
func (s *Server) authorize(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	scope := scopeOf(ctx.Operation())
	check := s.checkToken
	if tickets, _ := ctx.Operation().Metadata[ticketsAdmit].(bool); tickets && ctx.Query("ticket") != "" {
		check = s.checkTicket
	}
	if scope == "" { // no other such operation is described to huma
		check = func(r *http.Request, _ Scope) *wire.Problem { return s.probes.take(s.probes.address(r)) }
	}
	if p := check(r, scope); p != nil {
		s.fail(w, r, p)
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
		return s.strangers.take(s.strangers.address(r))
	}
	key, p := s.recognise(r)
	if p != nil {
		return p
	}
	return admit(r, key, scope)
}

// admit takes a request from the limit of a token, and compares its scopes.
func admit(r *http.Request, key *key, scope Scope) *wire.Problem {
	x := stateOf(r.Context())
	x.key, x.token, x.writeTimeout = key, key.name, readTimeout
	if p := take(key.limit); p != nil {
		return p
	}
	granted, limits := key.grants(scope)
	if granted && scope == ScopeConfigure {
		return checkPath(r, limits)
	}
	if !granted {
		p := wire.NewProblem(http.StatusForbidden, pack.CodePolicyDenied, "the token does not have the scope "+string(scope))
		p.Details = map[string]any{"missing_scope": scope}
		return p
	}
	return nil
}

// recognise returns the key of a request. Where a token was not valid before, the limit
// of the address comes first: beyond it, no answer says whether the token is valid. So
// the clients of an address keep their access while one of them guesses tokens; that
// guesser may try the tokens of the others without limit, and their length protects them.
func (s *Server) recognise(r *http.Request) (*key, *wire.Problem) {
	addr := s.strangers.address(r)
	key := s.keys.Load().find(bearer(r.Header))
	if key != nil {
		if _, known := key.places.find(addr); known {
			return key, nil
		}
	}
	if p := s.strangers.take(addr); p != nil {
		return nil, p
	}
	if key == nil {
		return nil, unauthorized("a valid bearer token is needed")
	}
	key.places.findOrAdd(addr, func() struct{} { return struct{}{} })
	return key, nil
}

func unauthorized(text string) *wire.Problem {
	return wire.NewProblem(http.StatusUnauthorized, "", text).With("WWW-Authenticate", `Bearer realm="packd"`)
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
