package sqlregistry

import (
	"embed"
	"errors"
	"io/fs"
)

//go:embed migrations
var migrations embed.FS

// A Dialect describes the SQL of one kind of database. Get one from [SQLite]; the
// zero value is invalid.
type Dialect struct {
	name string
	// bind rewrites a statement with "?" as placeholders.
	bind func(query string) string
	// busy reports whether err means that another connection held a lock for
	// too long.
	busy func(err error) bool
}

// SQLite is the dialect of SQLite from version 3.35 on.
func SQLite() Dialect {
	return Dialect{name: "sqlite", bind: func(query string) string { return query }, busy: sqliteBusy}
}

// sqliteBusy checks for the primary result codes SQLITE_BUSY and SQLITE_LOCKED, which
// drivers return from a method Code.
func sqliteBusy(err error) bool {
	const busy, locked = 5, 6
	var coded interface{ Code() int }
	if !errors.As(err, &coded) {
		return false
	}
	primary := coded.Code() & 0xff
	return primary == busy || primary == locked
}

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
