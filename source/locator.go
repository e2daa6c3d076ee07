package source

import "github.com/packtrain/pack"

// The schemes that [Parse] yields.
const (
	SchemeRegistry = "registry" // a ref, looked up in an index
	SchemeGit      = "git"      // a git repository by URL
	SchemeHTTPS    = "https"    // an archive by URL
	SchemeHTTP     = "http"     // the same without TLS
	SchemeLocal    = "local"    // a directory or archive of this machine
)

// A Locator is a parsed spec: it says where a pack is to be looked for.
type Locator struct {
	// Spec is what the user typed, without credentials.
	Spec string
	// Scheme decides which Source is asked.
	Scheme string
	// Location is a URL, a path, or for the scheme "registry" the pack's ref.
	Location string
	// Rev is a git branch, tag or commit; "" for the default branch.
	Rev string
	// Subdir holds the pack, relative to the content's root; "" for the root.
	Subdir string
	// Constraint limits the versions of a registry pack.
	Constraint pack.Constraint
	// Index, when not "", names the index to ask instead of the configured
	// one. Parse never sets it.
	Index string
}
