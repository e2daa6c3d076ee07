package main

import (
	"bytes"
	"encoding/json"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// write writes files by name below dir.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// greeter returns the files of a pack with one action.
func greeter(ref string) map[string]string {
	return map[string]string{
		ref + "/pack.yaml":          "ref: " + ref + "\nversion: 1.0.0\nlabel: L\ndescription: D\n",
		ref + "/actions/greet.yaml": "ref: " + ref + ".greet\nlabel: L\ndescription: D\nentry_point: greet.sh\nparameter_delivery: env\nparameters:\n  name: {type: string, required: true}\n",
		ref + "/actions/greet.sh":   "#!/bin/sh\nprintf '" + ref + " greets %s' \"$ATTUNE_ACTION_NAME\"\n",
	}
}

// TestWorker changes packs.yaml while the worker runs, and wants it to follow.
func TestWorker(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, greeter("one"))
	write(t, dir, greeter("two"))
	write(t, dir, map[string]string{"packs.yaml": "packs:\n  one: {from: ./one}\n"})
	w, err := open(t.Context(), filepath.Join(dir, "root"), filepath.Join(dir, "packs.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	defer w.host.Close()
	var log, out bytes.Buffer
	w.log = &log
	lines, ticks, ended := make(chan string), make(chan time.Time), make(chan error, 1)
	go func() { ended <- w.serve(t.Context(), lines, ticks, &out) }()
	lines <- "one.greet name=Ada"
	lines <- "two.greet name=Ada" // not yet
	lines <- ""                   // the answers above are complete
	write(t, dir, map[string]string{"packs.yaml": "packs:\n  two: {from: ./two}\n"})
	ticks <- time.Time{}
	lines <- "two.greet name=Bob"
	lines <- "one.greet name=Bob" // no longer
	lines <- "two.greet"
	close(lines)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	want := []struct{ output, err string }{
		{"one greets Ada", ""}, {"", "two"}, {"two greets Bob", ""}, {"", "one"}, {"", `parameter "name" is missing`},
	}
	dec := json.NewDecoder(&out)
	for i, want := range want {
		var got struct {
			Output string
			Error  string
		}
		if err := dec.Decode(&got); err != nil || got.Output != want.output || !strings.Contains(got.Error, want.err) || (got.Error == "") != (want.err == "") {
			t.Errorf("answer %d: got %+v, %v, want %+v", i, got, err, want)
		}
	}
	for _, want := range []string{`one: "" is now "1.0.0"`, `two: "" is now "1.0.0"`, `one: "1.0.0" is now ""`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, log.String())
		}
	}
}

// TestWorkerSurvivesBadWants keeps running what is there while packs.yaml is wrong.
func TestWorkerSurvivesBadWants(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, greeter("one"))
	write(t, dir, map[string]string{"packs.yaml": "packs:\n  one: {from: ./one}\n"})
	w, err := open(t.Context(), filepath.Join(dir, "root"), filepath.Join(dir, "packs.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	defer w.host.Close()
	var log bytes.Buffer
	w.log = &log
	w.sync(t.Context())
	write(t, dir, map[string]string{"packs.yaml": "packs: [\n"})
	w.sync(t.Context())
	if got := w.run(t.Context(), "one.greet name=Ada"); got.Error != "" || got.Output != "one greets Ada" || !strings.Contains(log.String(), "sync:") {
		t.Errorf("got %+v\n%s", got, log.String())
	}
}

// TestLines keeps the example short.
func TestLines(t *testing.T) {
	t.Parallel()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "main.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	if n := fset.Position(f.FileEnd).Line; n >= 150 {
		t.Errorf("main.go has %d lines", n)
	}
}
