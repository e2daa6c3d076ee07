package server

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"golang.org/x/time/rate"

	"github.com/packtrain/pack"
)

// admit is the middleware that lets in who has the scope of the endpoint.
func (s *Server) admit(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	if err := s.mayEnter(r, scopeOf(ctx.Operation())); err != nil {
		s.fail(w, r, err)
		return
	}
	next(ctx)
}

// scopeOf returns the scope that an operation needs, as its description says; ""
// when anybody may.
func scopeOf(op *huma.Operation) Scope {
	if len(op.Security) == 0 {
		return ""
	}
	return Scope(op.Security[0][securityScheme][0])
}

// mayEnter tells why a request may not pass, nil when it may.
func (s *Server) mayEnter(r *http.Request, scope Scope) *problem {
	if scope == "" {
		return nil
	}
	key := s.keys.find(bearer(r.Header))
	if key == nil {
		if p := take(s.strangers); p != nil {
			return p
		}
		return problemf(http.StatusUnauthorized, "", "a valid bearer token is needed").with("WWW-Authenticate", `Bearer realm="packd"`)
	}
	x := exchangeOf(r.Context())
	x.key, x.token, x.patience = key, key.name, readTimeout
	if p := take(key.limit); p != nil {
		return p
	}
	if !slices.Contains(key.scopes, scope) {
		p := problemf(http.StatusForbidden, pack.CodePolicyDenied, "the token does not have the scope "+string(scope))
		p.details = map[string]any{"missing_scope": scope}
		return p
	}
	return nil
}

// take takes one request out of what the limiter still allows.
func take(l *rate.Limiter) *problem {
	reservation := l.Reserve()
	wait := reservation.Delay()
	if reservation.OK() && wait == 0 {
		return nil
	}
	reservation.Cancel()
	return tooMany("too many requests", wait)
}

// tooMany says when to try again, in whole seconds.
func tooMany(text string, wait time.Duration) *problem {
	after := int(math.Ceil(max(wait, time.Second).Seconds()))
	return problemf(http.StatusTooManyRequests, pack.CodeBusy, text).with("Retry-After", strconv.Itoa(after))
}
