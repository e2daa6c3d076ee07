// Package workdir holds the one rule for the content of a pack in a directory that
// people work in. Sources that copy it, and stages that take its path, leave out the
// same files: what git would not track, and what the pack's .packignore names. So
// every stage finds the same tree digest.
package workdir
