package pgtest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver
)

// A Server is a PostgreSQL server for tests, on a loopback port and in a temporary
// directory. Its data do not survive a loss of power. It is safe for concurrent use.
type Server struct {
	process

	program   string
	args      []string
	databases atomic.Int64
	mu        sync.Mutex
	free      []string // empty databases
}

// Start starts a server, which stops when t ends.
func Start(t testing.TB) *Server {
	t.Helper()
	initdb, postgres := find(t, "initdb"), find(t, "postgres")
	s := &Server{process: process{dir: directory(t), addr: freeAddress(t)}}
	data := filepath.Join(s.dir, "data")
	run(t, initdb, "--no-sync", "--auth=trust", "--username=packs", "--encoding=UTF8", "--locale=C", "--pgdata="+data)
	s.program, s.args = postgres, []string{
		"-D", data, "-c", "listen_addresses=127.0.0.1", "-c", "port=" + port(s.addr), "-c", "unix_socket_directories=",
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=300", "-c", "shared_buffers=32MB",
	}
	s.start(t, s.ping, s.program, s.args...)
	return s
}

// Database returns the URL of an empty database, which another test gets when t has
// ended. The names of its packs are sorted as people sort them, unless a statement
// demands otherwise.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := s.unused()
	if name == "" {
		name = fmt.Sprint("packs", s.databases.Add(1))
		create := `CREATE DATABASE ` + name + ` TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'`
		if _, err := openDB(t, s.url("postgres")).ExecContext(t.Context(), create); err != nil {
			t.Fatal(err)
		}
	}
	dsn := s.url(name)
	t.Cleanup(func() { s.empty(name, dsn) })
	return dsn
}

// unused returns an empty database, or "" if there is none.
func (s *Server) unused() (name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.free); n > 0 {
		name, s.free = s.free[n-1], s.free[:n-1]
	}
	return name
}

// empty makes a database free again, unless that fails.
func (s *Server) empty(name, dsn string) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return
	}
	defer func() { _ = db.Close() }()
	for _, statement := range []string{`DROP SCHEMA public CASCADE`, `CREATE SCHEMA public`, `GRANT USAGE ON SCHEMA public TO PUBLIC`} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, name)
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
