package main

import (
	"strings"
	"testing"

	"github.com/packtrain/pack/registry/sqlregistry/pgtest"
)

// TestPostgreSQL keeps the records of two roots in one database, of one of them
// through a connection pooler.
func TestPostgreSQL(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	dsn := server.Database(t)
	pooled := pgtest.At(dsn, server.Bouncer(t))
	one, other := on(t, t.TempDir()), on(t, t.TempDir())
	run := func(command func(...string) outcome, db string, args ...string) outcome {
		t.Helper()
		o := command(append(args, "--db", db)...)
		if strings.Contains(o.stdout+o.stderr, "s3cret") {
			t.Errorf("%v: the output contains the password", args)
		}
		return o
	}
	wantStatus(t, run(one, dsn, "register", demoPack(t, "1.0.0")), exitOK)
	wantStatus(t, run(other, pooled, "register", demoPack(t, "2.0.0")), exitOK)
	wantStatus(t, run(one, pooled, "register", "--replace", "upgrade", demoPack(t, "1.1.0")), exitOK)
	wantStatus(t, run(one, dsn, "config", "demo", "--set", writeTree(t, map[string]string{"c.yaml": "port: 1\n"})+"/c.yaml"), exitOK)
	wantVersion := func(command func(...string) outcome, want string) {
		t.Helper()
		for _, db := range []string{dsn, pooled} {
			packs := decode[listReport](t, run(command, db, "list", "--json")).Packs
			if len(packs) != 1 || packs[0].Version != mustVersion(t, want) {
				t.Errorf("got %+v, want version %s", packs, want)
			}
			wantStatus(t, run(command, db, "verify"), exitOK)
		}
	}
	wantVersion(one, "1.1.0")
	wantVersion(other, "2.0.0")
	wantStatus(t, run(one, dsn, "rollback", "demo"), exitOK)
	wantVersion(one, "1.0.0")
	wantStatus(t, run(other, dsn, "remove", "demo"), exitOK)
	wantVersion(one, "1.0.0")
	if packs := decode[listReport](t, run(other, dsn, "list", "--json")).Packs; len(packs) != 0 {
		t.Errorf("got %+v after the removal", packs)
	}
	o := run(one, pgtest.With(pooled, "default_query_exec_mode", "cache_statement"), "register", "--replace", "upgrade", demoPack(t, "1.2.0"))
	if o.status != exitOK && !strings.Contains(o.stderr, "default_query_exec_mode=exec") {
		t.Errorf("status %d, no advice in %q", o.status, o.stderr)
	}
}

// TestSharedRoot changes packs in a root that several hosts share.
func TestSharedRoot(t *testing.T) {
	t.Parallel()
	run, dsn := on(t, t.TempDir()), pgtest.Start(t).Database(t)
	shared := func(args ...string) outcome {
		t.Helper()
		return run(append(args, "--shared-root", "--db", dsn)...)
	}
	wantStatus(t, shared("register", demoPack(t, "1.0.0")), exitOK)
	wantStatus(t, shared("register", "--replace", "upgrade", demoPack(t, "1.1.0")), exitOK)
	wantStatus(t, shared("rollback", "demo"), exitOK)
	packs := decode[listReport](t, shared("list", "--json")).Packs
	if len(packs) != 1 || packs[0].Version != mustVersion(t, "1.0.0") || packs[0].NeedsRepair != "" {
		t.Errorf("got %+v", packs)
	}
	wantStatus(t, shared("verify"), exitOK)
	for _, args := range [][]string{{"list"}, {"remove", "demo"}} {
		o := run(append(args, "--db", dsn)...)
		if o.status == exitOK || !strings.Contains(o.stderr, "several hosts share the root") || !strings.Contains(o.stderr, "--shared-root") {
			t.Errorf("%v without the flag: status %d, %s", args, o.status, o.stderr)
		}
	}
	wantStatus(t, shared("remove", "demo"), exitOK)
	wantStatus(t, shared("verify"), exitOK)
	wantStatus(t, shared("register", demoPack(t, "1.0.0")), exitOK)
	for _, db := range [][]string{nil, {"--db", t.TempDir() + "/packs.db"}} {
		o := run(append([]string{"list", "--shared-root"}, db...)...)
		if o.status != exitUsage || !strings.Contains(o.stderr, "give --db with a postgres:// URL") {
			t.Errorf("%v: status %d, %s", db, o.status, o.stderr)
		}
	}
}
