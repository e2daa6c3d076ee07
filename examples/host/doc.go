// Package host composes the stages into what the example programs need: a root
// directory, sources under one network policy, records in SQLite, and the
// pipeline through all of it. A host program of your own would have a package
// like this one, with its own choices.
package host
