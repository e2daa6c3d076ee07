// Package installer downloads packs, and composes the four stages of an installation.
package installer
