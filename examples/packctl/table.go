package main

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// A table has columns that are as wide as their longest texts. Those at the end of a row may
// be missing.
type table struct{ rows [][]string }

// newTable returns a table with a row of titles.
func newTable(titles ...string) *table { return &table{[][]string{titles}} }

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// printTable prints a table. Without rows, what is said instead is on standard error.
func (a *app) printTable(t *table, empty string) {
	if len(t.rows) == 1 {
		fmt.Fprintln(a.stderr, empty)
		return
	}
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(plain(cell, "")))
		}
	}
	for n, row := range t.rows {
		line := strings.TrimRight(aligned(row, widths), " ")
		if n == 0 {
			line = a.paint(a.stdout, bold, line)
		}
		a.printRaw(line)
	}
}

func aligned(row []string, widths []int) string {
	var b strings.Builder
	for i, cell := range row {
		cell = plain(cell, "")
		b.WriteString(cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
	}
	return b.String()
}
