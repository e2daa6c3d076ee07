package main

import (
	"fmt"
	"io"
	"time"
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
	fmt.Fprintf(w, row, j.id, j.name, j.rival, milliseconds(r.ours), milliseconds(r.rival),
		fmt.Sprintf("%.4f", r.ratio()), fmt.Sprintf("%.4f", j.goal), fmt.Sprintf("%.4f", j.floor), verdict)
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
