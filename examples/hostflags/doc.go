// Package hostflags adds the command line to [host.Open]: flags, files with
// credentials and certificates, a root in the user's data directory, and records in
// SQLite on request. Other host programs use their own settings instead.
package hostflags
