package guard

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"time"
)

// nextAddressDelay is the delay before the next address is tried as well.
const nextAddressDelay = 250 * time.Millisecond

type connectFunc = func(context.Context, netip.Addr) (net.Conn, error)

type attempt struct {
	conn net.Conn
	err  error
}

// race returns the first connection, or the first error when all fail. It tries
// addresses in their order, the next one as soon as one has failed or takes
// long: some networks drop everything sent to one kind of address.
func race(ctx context.Context, addrs []netip.Addr, connect connectFunc) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	next := time.NewTimer(0)
	defer next.Stop()
	attempts, running := make(chan attempt), 0
	var first error
	for len(addrs) > 0 || running > 0 {
		select {
		case <-next.C:
			if len(addrs) > 0 {
				go try(ctx, addrs[0], connect, attempts)
				addrs, running = addrs[1:], running+1
				next.Reset(nextAddressDelay)
			}
		case a := <-attempts:
			running--
			if a.err == nil {
				cancel()
				closeAll(attempts, running)
				return a.conn, nil
			}
			first = cmp.Or(first, a.err)
			next.Reset(0)
		}
	}
	return nil, first
}

func try(ctx context.Context, addr netip.Addr, connect connectFunc, attempts chan<- attempt) {
	conn, err := connect(ctx, addr)
	attempts <- attempt{conn, err}
}

// closeAll closes the other connections.
func closeAll(attempts <-chan attempt, running int) {
	for range running {
		if a := <-attempts; a.err == nil {
			_ = a.conn.Close() // nothing was sent
		}
	}
}
