package sqlregistry

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// PostgreSQL is the dialect of PostgreSQL from version 12 on.
func PostgreSQL() Dialect {
	return Dialect{
		name: "postgresql",
		bind: numberPlaceholders,
		// The lock of the root in [Records.Apply] orders the transactions, so a
		// higher level would only add failures.
		transaction: &sql.TxOptions{Isolation: sql.LevelReadCommitted},
		settings:    settingsPostgreSQL,
		leases:      true,
		lockSchema:  `SELECT pg_advisory_xact_lock(1885430635, 1953653102)`, // "packtrn.", arbitrary
		check:       func(context.Context, *sql.DB) error { return nil },
		classify:    classifyPostgreSQL,
		undecided:   func(err error) bool { return sqlState(err) == "" || classifyPostgreSQL(err) == lost },
		missing:     func(err error) bool { return sqlState(err) == "42P01" },
		advice:      advicePostgreSQL,
	}
}

// numberPlaceholders replaces each "?" with "$1", "$2", and so on. No statement contains a
// "?" with another meaning.
func numberPlaceholders(query string) string {
	var b strings.Builder
	for n := 1; ; n++ {
		before, after, found := strings.Cut(query, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString("$" + strconv.Itoa(n))
		query = after
	}
}

// settingsPostgreSQL limit the time that a statement waits for locks, and make a commit wait until it
// is durable, independent of the settings of the server, the user and the connection. If
// idle is positive, the server ends the transaction of a host that is stopped or cut off
// for that time, so that others need not wait for it.
func settingsPostgreSQL(wait, idle time.Duration) (statement string, args []any) {
	statement = `SELECT set_config('lock_timeout', ?, true), set_config('synchronous_commit',` +
		` CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, true)`
	args = []any{milliseconds(wait)}
	if idle > 0 {
		statement += `, set_config('idle_in_transaction_session_timeout', ?, true)`
		args = append(args, milliseconds(idle))
	}
	return statement, args
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(max(d.Milliseconds(), 1), 10) }

// sqlState returns the SQLSTATE of an error of the server, "" for another error.
// Drivers return it from a method SQLState.
func sqlState(err error) string {
	var stated interface{ SQLState() string }
	if errors.As(err, &stated) {
		return stated.SQLState()
	}
	return ""
}

func classifyPostgreSQL(err error) failure {
	state := sqlState(err)
	switch state {
	case "":
		if connectionLost(err) {
			return lost
		}
		return fatal
	case "40001", "40P01", "55P03": // serialization failure, deadlock, lock not available
		return busy
	case "53300", "57P03": // too many connections, cannot connect now
		return busy
	case "40003", "57P01", "57P02", "57P05", "25P03": // completion unknown, shutdowns, timeouts of idle connections
		return lost
	case "XX001", "XX002": // damaged data, damaged index
		return corrupt
	}
	if strings.HasPrefix(state, "08") {
		return lost
	}
	return fatal
}

// connectionLost reports whether err means that an established connection broke. A
// server that cannot be reached is another error.
func connectionLost(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Op != "dial"
	}
	var broken interface{ SafeToRetry() bool } // an error of a connection of pgx, whatever it returns
	return errors.As(err, &broken) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

func advicePostgreSQL(err error) string {
	switch sqlState(err) {
	case "42P05", "26000":
		return "prepared statements do not work through a connection pooler: open the database with default_query_exec_mode=exec"
	case "55P03":
		return "another transaction is changing the records of this root, or its end is not known to the server"
	case "57014":
		return "the statement_timeout of the connection is too short: raise it for the records"
	case "25006":
		return "the database is read-only: use the primary server, and a user who may write"
	case "53300":
		return "the server has too many connections: close some, or raise its max_connections"
	case "53100":
		return "the disk of the server is full: free some space"
	case "XX001", "XX002":
		return "the database is damaged: restore it from a backup, or adopt the packs in the root to an empty one"
	case "42501":
		return "the user of the database needs the right to create and change tables in its schema"
	}
	return ""
}
