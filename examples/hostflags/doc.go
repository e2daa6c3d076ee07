// Package hostflags is what command lines add to [host.Open]: flags, files with
// credentials and certificates, a root in the user's data directory, and records in
// SQLite where one asks for it. A host program of your own has settings of its own in place of it.
package hostflags
