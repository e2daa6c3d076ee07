// Package hostflags adds the command line to [host.Open]: a flag for each row of the table
// of package settings, packs.yaml, and records in SQLite or PostgreSQL on request. Programs
// without a command line use [host.LoadConfig], or their own settings.
package hostflags
