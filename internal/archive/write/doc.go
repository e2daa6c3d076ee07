// Package write writes a tree of files that comes from somewhere else into a
// directory, and lets nothing out of it.
//
// A [Writer] trusts neither names nor types nor sizes. It creates every
// directory and file anew, below an [os.Root] and component by component, never
// follows or makes a link, and tells what it wrote with the SHA-256 of every
// file. The rules for names are those of [CleanName]; they do not depend on the
// system this runs on, so that what is accepted here is accepted everywhere.
package write
