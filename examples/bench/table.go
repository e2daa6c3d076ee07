package main

import (
	"cmp"
	"fmt"
	"io"
)

const row = "%-4s %-42s %-32s %10s %10s %8s %8s %8s  %s\n"

func printHeader(w io.Writer, dir string) {
	fmt.Fprintf(w, "files are in %s; -dir selects another directory\n", dir)
	fmt.Fprintf(w, row, "", "job", "rival", "ours", "rival", "ratio", "goal", "floor", "")
}

func printResult(w io.Writer, j job, r result) {
	verdict := "met"
	if r.ratio() > j.goal {
		verdict = "MISSED"
	}
	fmt.Fprintf(w, row, j.id, j.name, j.rival, figure(r.ours, j.unit), figure(r.rival, j.unit),
		fmt.Sprintf("%.4f", r.ratio()), fmt.Sprintf("%.4f", j.goal), fmt.Sprintf("%.4f", j.floor), verdict)
}

func figure(v float64, unit string) string { return fmt.Sprintf("%.1f %s", v, cmp.Or(unit, "ms")) }
