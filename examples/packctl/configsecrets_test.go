package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer/host"
)

// secretsPack writes a pack whose conf_schema is the given text, and which has an action
// that prints the names of what it gets.
func secretsPack(t *testing.T, dir, version, schema string) string {
	t.Helper()
	dir = filepath.Join(dir, version)
	place(t, dir, map[string]string{
		"pack.yaml":        "ref: demo\nversion: " + version + "\nlabel: L\ndescription: d\nlicense: MIT\nconf_schema: " + schema + "\n",
		"actions/run.yaml": "ref: demo.run\nlabel: Run\ndescription: d\nentry_point: run.sh\nparameters: {level: {type: string, enum: [low, high]}, pin: {type: integer, secret: true}}\n",
		"actions/run.sh":   "#!/bin/sh\n[ \"$ATTUNE_CONFIG_TOKEN\" = CANARY-flat ] && grep -q CANARY-nested \"$ATTUNE_PACK_CONFIG\" && stat -c %a \"$ATTUNE_PACK_CONFIG\"\n",
	})
	return dir
}

const (
	markedSchema   = "{token: {type: string, secret: true}, db: {type: object, properties: {password: {writeOnly: true}}}, keys: {type: array, items: {format: password}}, port: {type: integer}}"
	unmarkedSchema = "{token: {type: integer}, db: {type: string}, keys: {type: string}, port: {type: integer}}"
	secretValues   = "token: CANARY-flat\ndb: {user: u, password: CANARY-nested}\nkeys: [CANARY-item]\nport: 80\n"
)

// TestHostileConfigurations looks for secret values of configurations in what all
// commands print, here and through a server, and in the files that they leave.
func TestHostileConfigurations(t *testing.T) {
	t.Parallel()
	t.Run("N09 secret values of configurations", func(t *testing.T) {
		t.Parallel()
		packs, root, there := t.TempDir(), t.TempDir(), t.TempDir()
		v1, v2 := secretsPack(t, packs, "1.0.0", markedSchema), secretsPack(t, packs, "2.0.0", unmarkedSchema)
		url, tokenFile := serve(t, hostflags.Config{Config: host.Config{Root: there}}, packs)
		values := filepath.Join(writeTree(t, map[string]string{"v.yaml": secretValues, "broken.yaml": "token: CANARY-flat: x\n", "list.yaml": "[CANARY-flat]\n"}))
		var said strings.Builder
		for _, line := range secretLines(v1, v2, values) {
			for _, prefix := range [][]string{{"--root", root}, {"--server", url, "--token-file", tokenFile}} {
				if line[0] == "run" && prefix[0] == "--server" {
					continue
				}
				for _, suffix := range [][]string{nil, {"--json"}} {
					o := packctl(t, append(append(append([]string{}, prefix...), line...), suffix...)...)
					fmt.Fprintf(&said, "%s %q: %s%s\n", prefix[0], line[:min(2, len(line))], o.stdout, o.stderr)
				}
			}
		}
		for line := range strings.Lines(said.String()) {
			if strings.Contains(line, "CANARY") {
				t.Errorf("printed: %s", line)
			}
		}
		for _, prefix := range [][]string{{"--root", root}, {"--server", url, "--token-file", tokenFile}} {
			o := packctl(t, append(prefix, "config", "demo", "--show-secrets")...)
			if wantStatus(t, o, exitOK); strings.Count(o.stdout, "CANARY") != 3 {
				t.Errorf("--show-secrets prints %s", o.stdout)
			}
		}
		o := on(t, root)("run", "demo.run")
		if wantStatus(t, o, exitOK); o.stdout != "600\n" {
			t.Errorf("the action prints %q", o.stdout)
		}
		wantNoCanaries(t, root, there)
	})
}

// secretLines are command lines of all kinds around a pack with secret values.
func secretLines(v1, v2, values string) [][]string {
	file := func(name string) string { return filepath.Join(values, name) }
	return [][]string{
		{"register", v1},
		{"config", "demo", "--file", file("v.yaml")},
		{"config", "demo", "--file", file("broken.yaml")},
		{"config", "demo", "--set", file("list.yaml")},
		{"config", "demo", "--set", "port=81", "--set", "db.user=v"},
		{"config", "demo", "--unset", "keys", "--set", "port=x"},
		{"config", "demo", "--set", "keys=[x, '********']"},
		{"config", "demo", "--set", "token.x=1"},
		{"config", "demo"},
		{"show", "demo"},
		{"list"},
		{"verify"},
		{"repair"},
		{"validate", v1},
		{"deps", v1},
		{"build", v1},
		{"run", "demo.run", "level=low"},
		{"run", "demo.run", "level=none"},
		{"run", "demo.run", "pin=CANARY"},
		{"install", v2, "--replace", "upgrade"},
		{"config", "demo"},
		{"show", "demo"},
		{"list"},
		{"verify"},
		{"repair"},
		{"config", "demo", "--set", "port=82"},
		{"rollback", "demo"},
		{"config", "demo"},
		{"show", "demo"},
		{"remove", "demo"},
		{"config", "demo"},
		{"list"},
		{"install", v1},
		{"config", "demo"},
	}
}

// wantNoCanaries looks into all files but those of the records.
func wantNoCanaries(t *testing.T, dirs ...string) {
	t.Helper()
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() || strings.Contains(path, "/records/") || strings.HasSuffix(path, "/actions/run.sh") {
				return err
			}
			data, err := os.ReadFile(path)
			if bytes.Contains(data, []byte("CANARY")) {
				t.Errorf("%s has a secret", path)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}
