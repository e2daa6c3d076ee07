package main

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

// connections bounds the number of connections. If there are too many, it closes
// the one that has been idle for longest, whether new or kept alive, so that a
// client cannot keep others out by holding connections. Streams through WebSockets
// are not counted; the server bounds these.
type connections struct {
	max int

	mu     sync.Mutex
	all    map[net.Conn]*list.Element // its place in idle, nil for one that is served
	idle   list.List                  // of net.Conn, the longest first
	closed map[net.Conn]bool          // by us; the server has not noticed yet
}

func newConnections(limit int) *connections {
	return &connections{max: limit, all: map[net.Conn]*list.Element{}, closed: map[net.Conn]bool{}}
}

// state is for the field ConnState of an [http.Server].
func (c *connections) state(conn net.Conn, s http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ended := s == http.StateClosed || s == http.StateHijacked; c.closed[conn] {
		if ended {
			delete(c.closed, conn)
		}
		return // it takes no place, even if a request of it was already read
	}
	c.forget(conn)
	switch s {
	case http.StateNew, http.StateIdle:
		c.all[conn] = c.idle.PushBack(conn)
	case http.StateActive:
		c.all[conn] = nil
	case http.StateHijacked, http.StateClosed:
	}
	if longest := c.idle.Front(); len(c.all) > c.max && longest != nil {
		closing, _ := longest.Value.(net.Conn)
		c.forget(closing)
		c.closed[closing] = true
		_ = closing.Close()
	}
}

func (c *connections) forget(conn net.Conn) {
	if place := c.all[conn]; place != nil {
		c.idle.Remove(place)
	}
	delete(c.all, conn)
}
