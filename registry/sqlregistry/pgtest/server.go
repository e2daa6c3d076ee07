package pgtest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver
)

// A Server is a PostgreSQL server for tests, on a loopback port and in a temporary
// directory. Its data do not survive a loss of power. It is safe for concurrent use.
type Server struct {
	process

	databases atomic.Int64
}

// Start starts a server, which stops when t ends.
func Start(t testing.TB) *Server {
	t.Helper()
	initdb, postgres := find(t, "initdb"), find(t, "postgres")
	s := &Server{process: process{dir: directory(t), addr: freeAddress(t)}}
	data := filepath.Join(s.dir, "data")
	run(t, initdb, "--no-sync", "--auth=trust", "--username=packs", "--encoding=UTF8", "--locale=C", "--pgdata="+data)
	s.start(
		t, s.ping, postgres, "-D", data, "-c", "listen_addresses=127.0.0.1", "-c", "port="+port(s.addr), "-c", "unix_socket_directories=",
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=300", "-c", "shared_buffers=32MB",
	)
	return s
}

// Database creates an empty database and returns its URL. The names of its
// packs are sorted as people sort them, unless a statement demands otherwise.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	db := openDB(t, s.url("postgres"))
	name := fmt.Sprint("packs", s.databases.Add(1))
	if _, err := db.ExecContext(t.Context(), `CREATE DATABASE `+name+` TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'`); err != nil {
		t.Fatal(err)
	}
	return s.url(name)
}

// openDB opens a database until the test ends.
func openDB(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func (s *Server) url(database string) string {
	return "postgres://packs:s3cret@" + s.addr + "/" + database + "?sslmode=disable"
}

func (s *Server) ping(ctx context.Context) error {
	db, err := sql.Open("pgx", s.url("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	return db.PingContext(ctx)
}

// At returns the URL of a database at another address, of a [Server.Bouncer] for example.
func At(dsn, addr string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		return dsn
	}
	u.Host = addr
	return u.String()
}

// With returns the URL of a database with another parameter.
func With(dsn, name, value string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		return dsn
	}
	query := u.Query()
	query.Set(name, value)
	u.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20") // PostgreSQL does not read "+" as a space
	return u.String()
}
