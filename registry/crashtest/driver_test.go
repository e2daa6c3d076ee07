package crashtest

import (
	"context"
	"database/sql/driver"
	"strings"

	"github.com/packtrain/pack/registry/internal/generations"
)

// A connector connects to a database through a fault, which is called before each
// statement, and before and after each commit.
type connector struct {
	driver driver.Driver
	dsn    string
	fault  generations.Fault
}

func (c *connector) Driver() driver.Driver { return c.driver }

func (c *connector) Connect(context.Context) (driver.Conn, error) {
	inner, err := c.driver.Open(c.dsn)
	return &conn{inner, c.fault}, err
}

// A conn is a connection with a fault. Its methods assert what both drivers implement.
type conn struct {
	driver.Conn

	fault generations.Fault
}

// step names a statement by its first words.
func (c *conn) step(query string) error {
	words := strings.Fields(query)
	return c.fault("statement " + strings.ToLower(strings.Join(words[:min(3, len(words))], " ")))
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.step(query); err != nil {
		return nil, err
	}
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args) //nolint:forcetypeassert // see conn
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.step(query); err != nil {
		return nil, err
	}
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args) //nolint:forcetypeassert // see conn
}

func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	return c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query) //nolint:forcetypeassert // see conn
}

func (c *conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if err := c.fault("begin"); err != nil {
		return nil, err
	}
	inner, err := c.Conn.(driver.ConnBeginTx).BeginTx(ctx, opts) //nolint:forcetypeassert // see conn
	return &tx{inner, c.fault}, err
}

func (c *conn) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := c.Conn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

func (c *conn) ResetSession(ctx context.Context) error {
	if resetter, ok := c.Conn.(driver.SessionResetter); ok {
		return resetter.ResetSession(ctx)
	}
	return nil
}

func (c *conn) IsValid() bool {
	validator, ok := c.Conn.(driver.Validator)
	return !ok || validator.IsValid()
}

type tx struct {
	driver.Tx

	fault generations.Fault
}

func (t *tx) Commit() error {
	if err := t.fault("commit"); err != nil {
		_ = t.Tx.Rollback() // a commit that fails ends the transaction
		return err
	}
	if err := t.Tx.Commit(); err != nil {
		return err
	}
	return t.fault("committed")
}
