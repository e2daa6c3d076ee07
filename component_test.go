package pack_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
)

// someEnvironments are the environments of a pack.
var someEnvironments = []pack.Environment{
	{Runtime: pack.RuntimePython, Interpreter: "/envs/p/bin/python"},
	{Runtime: pack.RuntimeNode, Interpreter: "/opt/node/bin/node"},
}

func TestArgvOfFirstLines(t *testing.T) {
	t.Parallel()
	const env = "/usr/bin/env"
	tests := []struct {
		head string
		want []string
	}{
		{"#!/usr/bin/python3 -u", []string{"/envs/p/bin/python", "-u"}},
		{"#!python3", []string{"/envs/p/bin/python"}},
		{"#!/usr/bin/env python3.9", []string{"/envs/p/bin/python"}},
		{"#!/usr/bin/env -S node --no-warnings", []string{"/opt/node/bin/node", "--no-warnings"}},
		{"#!/usr/bin/env -S A=1 node --no-warnings", []string{env, "A=1", "/opt/node/bin/node", "--no-warnings"}},
		{"#!/usr/bin/env A=1 node", []string{env, "A=1", "/opt/node/bin/node"}},
		{`#!/usr/bin/env -S node "a b"`, []string{env, `-S node "a b"`}},
		{"#!/usr/bin/env -i node", []string{env, "-i node"}},
		{"#!/usr/bin/env bash", []string{env, "bash"}},
		{"#!/usr/bin/perl -w -T", []string{"/usr/bin/perl", "-w -T"}},
		{"echo", []string{"/bin/sh"}},
		{"", []string{"/bin/sh"}},
	}
	for _, tt := range tests {
		script, err := pack.ReadScript(fstest.MapFS{"run": {Data: []byte(tt.head)}}, "run", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := script.Argv("/pack/run", someEnvironments)
		if diff := cmp.Diff(append(tt.want, "/pack/run"), got); diff != "" || err != nil {
			t.Errorf("%q: %v (-want +got)\n%s", tt.head, err, diff)
		}
	}
}

func TestScriptsThatCannotStart(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{
		"run.py": {Data: []byte("import x\n")}, "relative": {Data: []byte("#!bin/sh\n")},
		"link": {Data: []byte("run.py"), Mode: fs.ModeSymlink}, "dir": {Mode: fs.ModeDir},
	}
	tests := []struct {
		name, file, runner string
		code               pack.Code
		is                 error
		want               string
	}{
		{"mistyped runner", "run.py", "pyhton", pack.CodeInvalidManifest, nil, `"pyhton" is not known: did you mean "python"?`},
		{"unknown runner", "run.py", "ruby", pack.CodeInvalidManifest, nil, `"ruby" is not known: want one of python, nodejs, shell, native`},
		{"runner of the platform", "run.py", "Orquesta", pack.CodeInvalidManifest, nil, `"Orquesta" is part of the platform`},
		{"no environment", "run.py", "Python", pack.CodeNotFound, nil, `"run.py" needs a python environment`},
		{"relative interpreter", "relative", "shell", pack.CodeInvalidManifest, nil, "not an absolute path"},
		{"no file", "gone", "shell", pack.CodeIO, fs.ErrNotExist, "gone"},
		{"a link", "link", "shell", pack.CodeIO, fs.ErrNotExist, "link"},
		{"a directory", "dir", "shell", pack.CodeIO, fs.ErrNotExist, "dir"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			script, err := pack.ReadScript(files, tt.file, tt.runner, nil)
			if err == nil {
				_, err = script.Argv("/x", nil)
			}
			if err == nil || pack.CodeOf(err) != tt.code || tt.is != nil && !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, code %q", err, pack.CodeOf(err))
			}
		})
	}
}

func TestEnvironmentTitle(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		env  pack.Environment
		want string
	}{
		{pack.Environment{Runtime: pack.RuntimePython, Version: "Python 3.11.7"}, "Python 3.11.7"},
		{pack.Environment{Runtime: pack.RuntimeNode, Version: "v20.20.2"}, "Node.js v20.20.2"},
	} {
		if got := tt.env.Title(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestSearchPath(t *testing.T) {
	t.Parallel()
	if got, want := pack.SearchPath(someEnvironments, "/bin"), "/opt/node/bin:/envs/p/bin:/bin"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := pack.SearchPath(nil, "/bin"); got != "/bin" {
		t.Errorf("got %q", got)
	}
	if got := pack.SearchPath(someEnvironments[:1], ""); got != "/envs/p/bin" {
		t.Errorf("got %q", got)
	}
}

// FuzzScript starts a script of any content, and finds its path at the end.
func FuzzScript(f *testing.F) {
	for _, head := range []string{
		"#!/usr/bin/env -S A=1 node --no-warnings\n", "#!/usr/bin/env\n", "#! /bin/sh -e\r\n", "#!", "#!env -S -S", "#!/usr/bin/env A=1", "import x\n",
	} {
		f.Add([]byte(head))
	}
	f.Fuzz(func(t *testing.T, head []byte) {
		script, err := pack.ReadScript(fstest.MapFS{"run": {Data: head}}, "run", "native", nil)
		if err != nil {
			t.Fatal(err)
		}
		argv, err := script.Argv("/pack/run", someEnvironments)
		if err == nil && (argv[0] == "" || argv[len(argv)-1] != "/pack/run") {
			t.Errorf("%q: got %q", head, argv)
		}
	})
}

func testScriptsThatLookLikeOptions(t *testing.T) {
	t.Parallel()
	for runner, text := range map[string]string{"shell": "", "python": "", "native": "#!/bin/sh\n", "": "#!/usr/bin/perl -w\n"} {
		s, err := pack.ReadScript(mapFS(map[string]string{"-c": text}), "-c", runner, nil)
		if err != nil {
			t.Fatal(err)
		}
		argv, err := s.Argv("-c", []pack.Environment{{Runtime: pack.RuntimePython, Interpreter: "/python"}})
		if err != nil || argv[len(argv)-1] != "./-c" {
			t.Errorf("%s: got %q, %v", runner, argv, err)
		}
	}
}
