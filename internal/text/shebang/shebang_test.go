package shebang_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/internal/text/shebang"
)

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, head string
		want       shebang.Line
		program    string
	}{
		{"none", "echo hi\n", shebang.Line{}, ""},
		{"empty", "", shebang.Line{}, ""},
		{"nothing after it", "#!\necho", shebang.Line{}, ""},
		{"shell", "#!/bin/sh\necho", shebang.Line{Path: "/bin/sh"}, "/bin/sh"},
		{"argument", "#! /bin/bash -eu -o pipefail\n", shebang.Line{Path: "/bin/bash", Arg: "-eu -o pipefail"}, "/bin/bash"},
		{"carriage return", "#!/bin/bash\r\n", shebang.Line{Path: "/bin/bash"}, "/bin/bash"},
		{"no newline", "#!/bin/sh", shebang.Line{Path: "/bin/sh"}, "/bin/sh"},
		{"python", "#!/usr/bin/python3.11\n", shebang.Line{Path: "/usr/bin/python3.11"}, "/usr/bin/python3.11"},
		{"python by env", "#!/usr/bin/env python3\n", shebang.Line{Path: "/usr/bin/env", Arg: "python3"}, "python3"},
		{"env with options", "#!/usr/bin/env -S A=1 node --no-warnings\n", shebang.Line{Path: "/usr/bin/env", Arg: "-S A=1 node --no-warnings"}, "node"},
		{"env of nothing", "#!/usr/bin/env -S\n", shebang.Line{Path: "/usr/bin/env", Arg: "-S"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := shebang.Parse([]byte(tt.head))
			if got != tt.want || got.Program() != tt.program {
				t.Errorf("got %+v, program %q", got, got.Program())
			}
		})
	}
}

func TestWith(t *testing.T) {
	t.Parallel()
	const env = "/usr/bin/env"
	tests := []struct {
		head string
		want []string
	}{
		{"", []string{"/x/python"}},
		{"#!/usr/bin/python3 -u", []string{"/x/python", "-u"}},
		{"#!python3", []string{"/x/python"}},
		{"#!/usr/bin/env python3.9", []string{"/x/python"}},
		{"#!/usr/bin/env -S python3 -u -B", []string{"/x/python", "-u", "-B"}},
		{"#!/usr/bin/env -S A=1 python3 -u", []string{env, "A=1", "/x/python", "-u"}},
		{`#!/usr/bin/env -S python3 "a b"`, []string{env, `-S python3 "a b"`}},
		{"#!/usr/bin/env -i python3", []string{env, "-i python3"}},
		{"#!/usr/bin/env -S", []string{env, "-S"}},
		{"#!/usr/bin/env", []string{env}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, shebang.Parse([]byte(tt.head)).With("/x/python")); diff != "" {
			t.Errorf("%q (-want +got)\n%s", tt.head, diff)
		}
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, head string
		by         shebang.Start
		want       shebang.Reason
	}{
		{"right", "#!/bin/sh\n", shebang.BySystem, ""},
		{"nothing", "", shebang.BySystem, ""},
		{"commands", "set -e\n", shebang.ByShell, ""},
		{"commands of Windows", "set -e\r\n", shebang.ByShell, shebang.LineEnds},
		{"text of Windows", "a\r\n", shebang.ByProgram, ""},
		{"Windows", "#!/usr/bin/perl\r\n", shebang.ByShell, shebang.LineEnds},
		{"half of Windows", "#!/bin/sh\nset -e\r\necho\r\n", shebang.ByShell, shebang.LineEnds},
		{"Perl's own lines", "#!/usr/bin/perl\na\r\nb\r\n", shebang.ByShell, ""},
		{"mark", "\ufeff#!/bin/sh\n", shebang.ByProgram, shebang.Mark},
		{"mark before commands", "\ufeffecho\n", shebang.ByShell, shebang.Mark},
		{"mark before a text", "\ufeffecho\n", shebang.ByProgram, ""},
		{"no interpreter", "#! \n", shebang.ByShell, shebang.Interpreter},
		{"relative", "#!sh\n", shebang.ByShell, shebang.Interpreter},
		{"env of nothing", "#!/usr/bin/env -i A=1\n", shebang.ByShell, shebang.Interpreter},
		{"text as program", "echo\n", shebang.BySystem, shebang.Interpreter},
		{"program", "\x7fELF\x02", shebang.BySystem, ""},
	}
	for _, tt := range tests {
		fault := shebang.Judge([]byte(tt.head), tt.by)
		if fault == nil {
			fault = &shebang.Fault{}
		}
		if fault.Reason != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, fault.Reason, tt.want)
		}
	}
}
