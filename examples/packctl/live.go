package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/packtrain/pack"
)

// A live display shows a line for each pack that is being worked on, on a terminal: its
// stage, how much of it is downloaded, and for how long. Lines of packs that have ended stay.
type live struct {
	out   io.Writer
	width func() int
	paint func(colour, string) string
	done  chan struct{}
	wait  sync.WaitGroup

	mu     sync.Mutex
	active []*activeLine
	ended  int
	drawn  []int // widths of the lines that will be replaced
	closed bool
}

// An activeLine is a pack that is being worked on.
type activeLine struct {
	spec, name  string
	stage       pack.Stage
	since       time.Time
	done, total int64
}

// startLive returns a display that is redrawn until it is stopped.
func startLive(a *app) *live {
	l := &live{
		out: a.stderr, width: func() int { return a.terminal(a.stderr) }, done: make(chan struct{}),
		paint: func(c colour, text string) string { return a.paint(a.stderr, c, text) },
	}
	l.wait.Go(func() {
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				l.redraw("")
			case <-l.done:
				return
			}
		}
	})
	return l
}

// stop removes the lines that change. l may be nil, and stopped before.
func (l *live) stop() {
	if l == nil {
		return
	}
	l.mu.Lock()
	first := !l.closed
	l.closed = true
	if first {
		io.WriteString(l.out, l.erase()) //nolint:errcheck // as for all that is printed
		close(l.done)
	}
	l.mu.Unlock()
	l.wait.Wait()
}

// observe changes the line of a pack.
func (l *live) observe(e pack.Event) {
	l.mu.Lock()
	i := l.find(e)
	line := l.active[i]
	switch e.Kind {
	case pack.EventStarted:
		line.stage, line.since, line.done, line.total = e.Stage, time.Now(), 0, 0
	case pack.EventProgress:
		line.done, line.total = e.Done, e.Total
	case pack.EventClosed:
		l.active = append(l.active[:i], l.active[i+1:]...)
		l.ended++
	case pack.EventFinished, pack.EventFailed, pack.EventWarning:
	}
	l.mu.Unlock()
	switch e.Kind {
	case pack.EventClosed:
		l.redraw(l.closingLine(e))
	case pack.EventWarning:
		l.redraw(l.paint(yellow, plain(eventLine(e), "\t")))
	case pack.EventStarted, pack.EventProgress, pack.EventFinished, pack.EventFailed: // the next tick shows it
	}
}

// find returns the place of the line of the pack of an event, which it makes if missing.
func (l *live) find(e pack.Event) int {
	name := plain(subject(e), "")
	for i, line := range l.active {
		if line.name == name || e.Spec != "" && line.spec == e.Spec {
			line.name = name
			return i
		}
	}
	l.active = append(l.active, &activeLine{spec: e.Spec, name: name, stage: e.Stage, since: time.Now()})
	return len(l.active) - 1
}

func (l *live) closingLine(e pack.Event) string {
	c := green
	if e.Status == pack.StatusFailed {
		c = red
	}
	return plain(subject(e), "") + "  " + l.paint(c, plain(string(e.Status), ""))
}

// redraw replaces the lines that change, below a line that stays if it is not "".
func (l *live) redraw(stays string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	text := l.erase()
	if stays != "" {
		text += stays + "\n"
	}
	width := l.width()
	for _, line := range l.active {
		shown := cut(line.text(time.Now()), width-1)
		l.drawn = append(l.drawn, utf8.RuneCountInString(shown))
		text += shown + "\n"
	}
	io.WriteString(l.out, text) //nolint:errcheck // as for all that is printed
}

// erase returns the sequence that removes what was drawn. A terminal that has become
// narrower shows a line in several rows.
func (l *live) erase() string {
	rows, width := 0, max(l.width(), 1)
	for _, n := range l.drawn {
		rows += max(1, (n+width-1)/width)
	}
	l.drawn = nil
	if rows == 0 {
		return ""
	}
	return fmt.Sprintf("\x1b[%dA\r\x1b[J", rows)
}

// text describes what is done with the pack.
func (a *activeLine) text(now time.Time) string {
	text := fmt.Sprintf("%s  %s  %s", a.name, a.stage, seconds(now.Sub(a.since)))
	if a.done > 0 {
		text += "  " + megabytes(a.done)
		if a.total > 0 {
			text += " of " + megabytes(a.total)
		}
		if s := now.Sub(a.since).Seconds(); s > 0.5 {
			text += fmt.Sprintf(", %.1f MB/s", float64(a.done)/1e6/s)
		}
	}
	return text
}

// cut shortens a line to the width of the terminal.
func cut(line string, width int) string {
	runes := []rune(line)
	if len(runes) <= width || width < 1 {
		return line
	}
	return strings.TrimRight(string(runes[:width-1]), " ") + "…"
}
