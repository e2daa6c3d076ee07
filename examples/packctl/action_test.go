package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
)

// secretPack returns the files of a pack whose action prints a secret parameter.
func secretPack() map[string]string {
	files := goodPack()
	files["actions/run.yaml"] = "ref: demo.run\nlabel: Run\ndescription: Runs\nentry_point: run.sh\nparameter_delivery: env\nparameters:\n" +
		"  password: {type: string, required: true, secret: true, description: Of the account}\n  times: {type: integer, default: 3}\n  note: {type: string}\n"
	files["actions/run.sh"] = "#!/bin/sh\nprintf '%s|%s' \"$ATTUNE_ACTION_PASSWORD\" \"$ATTUNE_ACTION_NOTE\"\n"
	return files
}

func TestShowOfAnAction(t *testing.T) {
	t.Parallel()
	run := on(t, t.TempDir())
	wantStatus(t, run("register", writeTree(t, secretPack())), exitOK)
	want := []string{
		"demo.run  Run\n", "kind        actions\n", "version     1.0.0\n",
		"PARAMETER  TYPE     DEFAULT   ABOUT\n",
		"password   string   required  secret: write password=@FILE or password=@-  Of the account\n",
		"times      integer  3\n",
	}
	wantOutput(t, run("show", "demo.run"), exitOK, want...)
	wantOutput(t, run("run", "demo.run", "--help"), exitOK, append(want, "packctl run demo.run password=@FILE\n")...)
	wantOutput(t, run("run", "--help"), exitOK, "Usage:\n  packctl run REF")
	wantOutput(t, run("run", "none.run", "--help"), exitOK, "Usage:\n  packctl run REF")
	wantOutput(t, run("show", "demo.rum"), exitFailed, `did you mean "demo.run"?`)
	wantOutput(t, run("show", "demo.other"), exitFailed, "packctl show demo lists them")
	got := decode[actionReport](t, run("show", "demo.run", "-o", "json"))
	if got.Component.Ref != "demo.run" || !got.Enabled || len(got.Component.Action.Parameters) != 3 {
		t.Errorf("got %+v", got)
	}
	wantOutput(t, run("show", "demo.run", "-o", "yaml"), exitOK, "component:\n", "pack_version: 1.0.0\n")
}

// TestSecretParametersFromFiles: only secret parameters are read from files.
func TestSecretParametersFromFiles(t *testing.T) {
	t.Parallel()
	run := on(t, t.TempDir())
	wantStatus(t, run("register", writeTree(t, secretPack())), exitOK)
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("a secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if o := run("run", "demo.run", "password=@"+file, "note=@"+file); o.status != exitOK || o.stdout != "a secret|@"+file {
		t.Errorf("got %+v", o)
	}
	wantOutput(t, run("run", "demo.run", "password=@/none"), exitFailed, "parameter password: open /none")
}

func TestFromFiles(t *testing.T) {
	t.Parallel()
	parameters := []pack.Parameter{{Name: "a", Secret: true}, {Name: "b", Secret: true}, {Name: "c"}}
	got, err := fromFiles(parameters, []string{"a=@-", "b=@", "c=@-", "d=@-"}, strings.NewReader("one\ntwo\r\n"))
	if diff := cmp.Diff([]string{"a=one\ntwo", "b=@", "c=@-", "d=@-"}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	if _, err := fromFiles(parameters, []string{"a=@-", "b=@-"}, strings.NewReader("x")); err == nil {
		t.Error("standard input was read twice")
	}
}
