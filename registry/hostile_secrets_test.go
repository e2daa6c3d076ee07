package registry_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

const secretSchema = "{type: object, properties: {token: {type: string, secret: true}, db: {type: object, properties: {password: {writeOnly: true}}}, " +
	"keys: {type: array, items: {format: password}}, port: {type: integer}}}"

// A confidant keeps all that a Store says: its log at the finest level, its events, and the
// files that it writes, as they are before each step.
type confidant struct {
	mu   sync.Mutex
	root string
	said bytes.Buffer
	leak []string
}

func (c *confidant) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.said.Write(p)
}

func (c *confidant) note(what string, v any) { fmt.Fprintf(c, "%s: %+v\n", what, v) }

// look searches the files of the root for secrets, but not the records.
func (c *confidant) look(step string) {
	_ = filepath.WalkDir(c.root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil
		}
		if data, err := os.ReadFile(path); err == nil && bytes.Contains(data, []byte("CANARY")) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.leak = append(c.leak, step+": "+path)
		}
		return nil
	})
}

// hostileSecrets changes a pack whose configuration has secrets, interrupts the changes,
// and recovers from that.
func hostileSecrets(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	c := &confidant{root: r.dir}
	v1 := write(t, configured("1.0.0", secretSchema))
	v2 := write(t, configured("2.0.0", "{type: object, properties: {token: {type: integer}, db: {enum: [a]}, keys: {maxItems: 0}}, required: [user], additionalProperties: false}"))
	ctx := t.Context()
	var interrupt string
	open := func() *registry.Store {
		config := r.config()
		config.Logger = slog.New(slog.NewJSONHandler(c, &slog.HandlerOptions{Level: slog.LevelDebug}))
		s, err := registry.OpenFaulty(ctx, config, func(step string) error {
			c.look(step)
			c.note("step", step)
			if step == interrupt {
				return errors.New("interrupted")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	upgrade := func(s *registry.Store, path string) {
		observe := func(_ context.Context, e pack.Event) { c.note("event", e) }
		rep, err := s.Register(ctx, registry.Request{Paths: []string{path}, Replace: registry.ReplaceAny, OnEvent: observe})
		c.note("report", rep)
		c.note("error", err)
		for i := range rep.Registered {
			c.note("changes", rep.Registered[i].Changes)
		}
	}
	s := open()
	upgrade(s, v1)
	set, err := s.SetConfig(ctx, "demo", map[string]any{
		"token": "CANARY-flat", "db": map[string]any{"user": "u", "password": "CANARY-nested"}, "keys": []any{"CANARY-item"}, "port": 80,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.note("set", set)
	for _, values := range []map[string]any{{"token": []any{"CANARY-flat"}}, {"port": "CANARY-flat"}, {"keys": "CANARY-item"}} {
		_, err := s.SetConfig(ctx, "demo", values, nil)
		c.note("refused", err)
		if err == nil {
			t.Errorf("%v: not refused", values)
		}
	}
	for _, step := range []string{"publish intent", "publish generation", "move pointer", "remove intent", "none"} {
		interrupt = step
		upgrade(s, v2)
		c.look("interrupted at " + step)
		if err := s.Close(); err != nil {
			c.note("close", err)
		}
		interrupt = ""
		s = open()
		details, err := s.Show(ctx, "demo")
		c.note("show", details)
		c.note("error", err)
		if details != nil {
			c.note("problems", details.ConfigProblems)
		}
		back, err := s.RollBack(ctx, "demo", nil)
		c.note("rolled back", back)
		c.note("error", err)
		batch, err := s.Changes(ctx, 0)
		c.note("feed", batch)
		c.note("error", err)
		upgrade(s, v1)
	}
	full, err := s.RevealConfig(ctx, "demo")
	if err != nil || strings.Count(fmt.Sprint(full.Config.Reveal()), "CANARY") != 3 {
		t.Errorf("the configuration is lost: %v, %v", full, err)
	}
	c.note("revealed, and printed", full)
	c.note("removed", errors.Join(s.Remove(ctx, "demo", nil), s.Close()))
	for line := range strings.Lines(c.said.String()) {
		if strings.Contains(line, "CANARY") {
			t.Errorf("said: %.500s", line)
		}
	}
	if len(c.leak) > 0 {
		t.Errorf("in files: %q", c.leak)
	}
	for _, want := range []string{"event: ", "does not fit version 2.0.0", `"level":"`, "interrupted"} {
		if !strings.Contains(c.said.String(), want) {
			t.Errorf("nothing said %q", want)
		}
	}
}
