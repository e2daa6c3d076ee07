package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// terminal returns the number of columns of the terminal that w writes to; 0 if it writes
// elsewhere, or to a terminal that only prints.
func (a *app) terminal(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok || a.getenv("TERM") == "dumb" || a.getenv("TERM") == "" {
		return 0
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return max(columns, 1)
}

// A colour is a number of the sequences that change how terminals print.
type colour string

// The colours.
const (
	bold   colour = "1"
	red    colour = "31"
	green  colour = "32"
	yellow colour = "33"
)

// paint colours a text for w if that is a terminal and NO_COLOR is not set.
func (a *app) paint(w io.Writer, c colour, text string) string {
	if a.getenv("NO_COLOR") != "" || a.terminal(w) == 0 {
		return text
	}
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}
