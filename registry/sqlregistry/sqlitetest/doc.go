// Package sqlitetest runs the suite of registrytest against sqlregistry on a
// real SQLite, and kills processes during their work to check the recovery. It is a
// separate module, so that other hosts do not require the driver.
package sqlitetest
