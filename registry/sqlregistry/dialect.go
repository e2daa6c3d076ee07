package sqlregistry

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"
	"time"
)

//go:embed migrations
var migrations embed.FS

// A Dialect describes the SQL of one kind of database. Get one from [SQLite] or
// [PostgreSQL]; the zero value is invalid.
type Dialect struct {
	name string
	// bind rewrites a statement with "?" as placeholders.
	bind func(query string) string
	// transaction are the options of every transaction.
	transaction *sql.TxOptions
	// settings are executed at the beginning of every transaction. nil: there are none.
	settings func(wait, idle time.Duration) (statement string, args []any)
	// leases says that several hosts can use the database.
	leases bool
	// lockSchema is the first statement of a migration, which makes others wait until
	// the transaction ends. "": writing does that.
	lockSchema string
	// check sets the modes of the database that the records require, and refuses others.
	check func(ctx context.Context, db *sql.DB) error
	// classify returns the class of an error of the driver.
	classify func(err error) failure
	// undecided reports whether, after err of a commit, it is unknown whether the
	// transaction was committed.
	undecided func(err error) bool
	// file selects the path of the file of the database. "": a server keeps it.
	file string
	// missing reports whether err of a statement means that its table does not exist.
	missing func(err error) bool
	// advice returns the remedy for an error of the driver, "" if there is none.
	advice func(err error) string
}

// A failure is a class of errors.
type failure int

const (
	// fatal errors recur when the same transaction is repeated.
	fatal failure = iota
	// busy means that another transaction was in the way. Nothing has changed.
	busy
	// lost means that the connection was lost. If that happened during a commit, it is
	// unknown whether anything has changed.
	lost
	// corrupt errors recur until the database is replaced.
	corrupt
)

// scripts returns the migrations of the dialect, in order. Script i brings the
// schema from version i to version i+1.
func (d Dialect) scripts() ([]string, error) {
	files, err := fs.Glob(migrations, "migrations/"+d.name+"/*.sql")
	if err != nil {
		return nil, err
	}
	var scripts []string
	for _, name := range files {
		data, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		scripts = append(scripts, string(data))
	}
	return scripts, nil
}
