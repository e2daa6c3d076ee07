package api

import (
	"context"
	"crypto/rand"
	"maps"
	"net/http"
	"path"
	"sync"
	"time"

	"github.com/packtrain/pack/examples/packd/wire"
)

const (
	// ticketLife is how long a ticket is valid.
	ticketLife = time.Minute
	// ticketsOfToken is how many tickets of one token may be valid at a time.
	ticketsOfToken = 128
	// ticketsAdmit is the key of an operation's metadata that says whether tickets admit.
	ticketsAdmit = "tickets"
)

// tickets are those that were not used yet.
type tickets struct {
	mu  sync.Mutex
	all map[string]ticket
}

type ticket struct {
	token   string // the name of the one who asked for it
	subject string // the path of what its stream is about
	expires time.Time
}

func newTickets() *tickets { return &tickets{all: map[string]ticket{}} }

// issue returns a new ticket, unless the token has too many.
func (t *tickets) issue(token, subject string) (wire.Ticket, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	held := 0
	maps.DeleteFunc(t.all, func(_ string, k ticket) bool {
		over := !now.Before(k.expires)
		if !over && k.token == token {
			held++
		}
		return over
	})
	if held >= ticketsOfToken {
		return wire.Ticket{}, tooMany("the token has too many unused tickets", ticketLife)
	}
	secret, expires := rand.Text(), now.Add(ticketLife)
	t.all[secret] = ticket{token, subject, expires}
	return wire.Ticket{Ticket: secret, Expires: expires.UTC()}, nil
}

// redeem ends a ticket and returns the token that it stands for. It is false for one that
// is not valid for the subject.
func (t *tickets) redeem(secret, subject string) (token string, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k, ok := t.all[secret]
	if !ok || k.subject != subject || !time.Now().Before(k.expires) {
		return "", false
	}
	delete(t.all, secret)
	return k.token, true
}

// checkTicket does what checkToken does for a request with a ticket.
func (s *Server) checkTicket(r *http.Request, scope Scope) *wire.Problem {
	token, ok := s.tickets.redeem(r.URL.Query().Get("ticket"), path.Dir(r.URL.Path))
	key := s.keys.Load().named(token)
	if !ok || key == nil {
		if p := s.strangers.take(s.strangers.address(r)); p != nil {
			return p
		}
		return unauthorized("the ticket is not valid here, or not any more")
	}
	return admit(r, key, scope)
}

func (s *Server) issueOperationTicket(ctx context.Context, in *operationInput) (*answer[wire.Ticket], error) {
	if err := s.mayAccess(ctx, in.ID); err != nil {
		return nil, err
	}
	return s.issueTicket(ctx, operationsPath+"/"+in.ID)
}

func (s *Server) issueChangesTicket(ctx context.Context, _ *struct{}) (*answer[wire.Ticket], error) {
	return s.issueTicket(ctx, changesPath)
}

func (s *Server) issueTicket(ctx context.Context, subject string) (*answer[wire.Ticket], error) {
	t, err := s.tickets.issue(stateOf(ctx).token, subject)
	if err != nil {
		return nil, err
	}
	return success(t), nil
}
