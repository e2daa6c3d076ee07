// Package write writes an untrusted tree of files into a directory, and never
// outside of it.
//
// A [Writer] trusts neither names nor types nor sizes. It creates every
// directory and file anew, below an [os.Root] and component by component, never
// follows or makes a link, and reports the files it wrote with their SHA-256.
// The rules for names are those of [CleanName]; they do not depend on the system
// this runs on, so that a tree accepted here is accepted everywhere.
package write
