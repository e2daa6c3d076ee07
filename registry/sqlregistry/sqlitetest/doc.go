// Package sqlitetest runs the suite of registrytest against sqlregistry on a
// real SQLite, and kills processes in the middle of their work to see what is
// left. It is a module of its own, so that the driver is not among the
// requirements of a host that does not want it.
package sqlitetest
