package main

import (
	"strings"
	"testing"

	"github.com/packtrain/pack"
)

func TestFindings(t *testing.T) {
	t.Parallel()
	all := decode[findingsReport](t, packctl(t, "findings", "--json")).Findings
	if len(all) != len(pack.FindingCodes()) {
		t.Errorf("got %d findings, want %d", len(all), len(pack.FindingCodes()))
	}
	one := packctl(t, "findings", "manifest.no_label")
	if lines := strings.Count(one.stdout, "\n"); lines != 1 || !strings.HasPrefix(one.stdout, "manifest.no_label ") || !strings.Contains(one.stdout, " warning ") {
		t.Errorf("got %q", one.stdout)
	}
	if none := packctl(t, "findings", "manifest.other"); none.status != exitFailed || !strings.Contains(none.stderr, "manifest.other") {
		t.Errorf("got %+v", none)
	}
}

func TestValidateCountsWarnings(t *testing.T) {
	t.Parallel()
	files := goodPack()
	files["pack.yaml"] = strings.Replace(files["pack.yaml"], "label: ", "x_label: ", 1)
	if got := packctl(t, "validate", writeTree(t, files)); got.status != exitOK || !strings.Contains(got.stdout, "valid, findings of severity warning: ") {
		t.Errorf("got %+v", got)
	}
}
