package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

// TestFailuresAreOneObject: --json prints one object for every failure, also of
// commands without a report and of invalid command lines.
func TestFailuresAreOneObject(t *testing.T) {
	t.Parallel()
	root := t.TempDir() + "/root"
	pinned := demoPack(t, "1.0.0")
	app := writeTree(t, map[string]string{"pack.yaml": "ref: app\nversion: 1.0.0\nlabel: App\ndescription: App\ndependencies: [demo]\n"})
	if o := packctl(t, "register", pinned, app, "--root", root); o.status != exitOK {
		t.Fatalf("got %+v", o)
	}
	for line, want := range map[string]failureReport{
		"show none":                  {Code: pack.CodeNotFound, Reason: wire.ReasonNotInstalled},
		"remove none":                {Code: pack.CodeNotFound, Reason: wire.ReasonNotInstalled},
		"remove demo":                {Code: pack.CodeDependencyConflict, Reason: wire.ReasonDependents},
		"rollback demo":              {Code: pack.CodeNotFound},
		"config none":                {Code: pack.CodeNotFound, Reason: wire.ReasonNotInstalled},
		"config demo --set ./none":   {Code: pack.CodeIO},
		"run none.run":               {Code: pack.CodeNotFound, Reason: wire.ReasonNotInstalled},
		"run demo.none":              {Code: pack.CodeNotFound},
		"findings none":              {Code: pack.CodeNotFound},
		"checksum ./none":            {Code: pack.CodeNotFound},
		"show De-mo":                 {Code: pack.CodeInvalidRef, Reason: reasonUsage},
		"lst":                        {Code: pack.CodeInvalidRequest, Reason: reasonUsage},
		"show demo --nope":           {Code: pack.CodeInvalidRequest, Reason: reasonUsage},
		"download http://x/a.zip":    {Code: pack.CodeInvalidRequest, Reason: reasonUsage},
		"validate --compat x ./none": {Code: pack.CodeInvalidRequest, Reason: reasonUsage},
	} {
		o := packctl(t, append(strings.Fields(line), "--json", "--root", root)...)
		got := decode[failureReport](t, o)
		if got.Error == "" || o.status == exitOK {
			t.Errorf("%s: got %+v", line, o)
		}
		got.Error = ""
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s\n%s", line, diff, o.stdout)
		}
	}
}

func TestHelpOnSpecs(t *testing.T) {
	t.Parallel()
	if o := packctl(t, "help", "specs"); o.status != exitOK || !strings.Contains(o.stdout, "slack@^2") {
		t.Errorf("got %+v", o)
	}
}

func TestInvalidLinesThatAskForJSON(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]bool{
		"list --bogus": false, "list --bogus --json": true, "list --bogus --json=true": true, "list --bogus --json=1": true,
		"list --bogus --json=false": false, "list --bogus -- --json": false, "list --bogus --jsonx": false,
	} {
		o := packctl(t, strings.Fields(line)...)
		if got := strings.HasPrefix(o.stdout, "{"); got != want || o.status != exitUsage {
			t.Errorf("%s: got %+v", line, o)
		}
	}
}
