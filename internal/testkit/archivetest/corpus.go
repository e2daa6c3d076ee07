package archivetest

import "github.com/packtrain/pack"

// A Case is an archive with its expected result.
type Case struct {
	ID, Name string // in the hostile corpus
	Archive  []byte
	Want     pack.Code // "" when the archive is fine
}

// Shorthands for the tables.
const (
	fine   pack.Code = ""
	path             = pack.CodeUnsafePath
	typ              = pack.CodeForbiddenEntry
	dup              = pack.CodeNameCollision
	limit            = pack.CodeLimitExceeded
	format           = pack.CodeMalformedContent
	man              = pack.CodeInvalidManifest
)

// Manifest is a pack.yaml that is fine.
const Manifest = "ref: demo\nversion: 1.0.0\n"
