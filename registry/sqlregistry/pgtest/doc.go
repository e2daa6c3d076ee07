// Package pgtest starts PostgreSQL for tests, and PgBouncer in front of it. Its own
// tests run the suites of registrytest against sqlregistry on PostgreSQL, with
// connections that break.
//
// A test whose database is not installed is skipped, or fails if the environment
// variable CI is set.
package pgtest
