// Package signature signs registry indices, and verifies their signatures.
//
//	private, public, err := signature.NewKey("corp-release", nil)
//	...
//	file, err := signature.Sign("corp", data, nil, private) // written beside the index: index.json.sig
//	...
//	v, err := signature.NewVerifier(1, public) // for registrysource.Index.Verifier
//
// The signatures of an index are in a file whose name is that of the index with [Suffix].
// It is a signed note, see golang.org/x/mod/sumdb/note, with ed25519 signatures over
// this text:
//
//	packtrain index signature v1
//	name corp
//	size 5120
//	sha256 1f2d...
//
// The name is what those who read the index call it, so that one that is signed by the
// same keys cannot take its place. The date in the index (last_updated) is signed with
// the rest of it: who reads the index can refuse an old one.
//
// Keys are texts as package note describes them. A public key is
// "<name>+<hash>+<base64>"; a private one begins with "PRIVATE+KEY+".
package signature
