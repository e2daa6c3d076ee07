package api

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestTicketsExpire: a ticket that was not used ends, and makes room for another one.
func TestTicketsExpire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		all := newTickets()
		var secrets []string
		for range ticketsOfToken {
			k, err := all.issue("a", "x")
			if err != nil {
				t.Fatal(err)
			}
			secrets = append(secrets, k.Ticket)
		}
		time.Sleep(ticketLife - time.Nanosecond) // of the bubble
		if token, ok := all.redeem(secrets[0], "x"); !ok || token != "a" {
			t.Errorf("just before its end: got %q, %t", token, ok)
		}
		time.Sleep(time.Nanosecond)
		if _, ok := all.redeem(secrets[1], "x"); ok {
			t.Error("a ticket is valid after its end")
		}
		if _, err := all.issue("a", "x"); err != nil || len(all.all) != 1 {
			t.Errorf("got %v, and %d tickets are kept", err, len(all.all))
		}
	})
}
