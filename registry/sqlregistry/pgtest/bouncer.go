package pgtest

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"testing"
)

// Bouncer starts PgBouncer in front of the server, in transaction mode, with few
// connections. It stops when t ends. Bouncer returns its address.
func (s *Server) Bouncer(t testing.TB) (addr string) {
	t.Helper()
	program := find(t, "pgbouncer")
	b := &process{dir: directory(t), addr: freeAddress(t)}
	users, config := filepath.Join(b.dir, "users"), filepath.Join(b.dir, "pgbouncer.ini")
	for file, text := range map[string]string{
		users: `"packs" "s3cret"` + "\n",
		config: "[databases]\n* = host=127.0.0.1 port=" + port(s.addr) + "\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " + port(b.addr) +
			"\nauth_type = trust\nauth_file = " + users + "\npool_mode = transaction\ndefault_pool_size = 3\nunix_socket_dir =\n",
	} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b.start(t, func(ctx context.Context) error {
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, "tcp", b.addr)
		if err != nil {
			return err
		}
		return conn.Close()
	}, program, config)
	return b.addr
}
