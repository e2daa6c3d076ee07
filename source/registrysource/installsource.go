package registrysource

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/json"
	"github.com/packtrain/pack/source"
)

var commitPattern = regexp.MustCompile(`^[0-9a-fA-F]{40}\z`)

// A notForUs error concerns an install source of a type that we do not know, or
// that the network policy does not admit: others of the entry may be used.
type notForUs struct{ error }

// Unwrap returns the cause.
func (n *notForUs) Unwrap() error { return n.error }

// decodeSource makes a pin of an install source.
func decodeSource(v json.Value, d *decoder) (pack.Pin, error) {
	if v.Kind() != "object" {
		return pack.Pin{}, malformed("it is of the JSON type %s, want object", v.Kind())
	}
	known, err := members(v, map[string]string{"type": "string", "url": "string", "ref": "string", "checksum": "string"})
	if err != nil {
		return pack.Pin{}, err
	}
	switch kind, _ := known["type"].Text(); kind {
	case "archive":
		return archivePin(known, d)
	case "git":
		return gitPin(known, d)
	default:
		return pack.Pin{}, &notForUs{malformed("its type is %.40q, want archive or git", kind)}
	}
}

// archivePin expects the checksum of the archive's bytes.
func archivePin(v map[string]json.Value, d *decoder) (pack.Pin, error) {
	p, digest, err := placeAndChecksum(v, d)
	if err != nil {
		return pack.Pin{}, err
	}
	return pack.Pin{Scheme: p.scheme, Location: p.location, StripTop: true, ArchiveDigest: digest}, nil
}

// gitPin expects the checksum of the directory.
func gitPin(v map[string]json.Value, d *decoder) (pack.Pin, error) {
	p, digest, err := placeAndChecksum(v, d)
	if err != nil {
		return pack.Pin{}, err
	}
	rev, _ := v["ref"].Text()
	if err := source.CheckRev(rev); err != nil {
		return pack.Pin{}, fmt.Errorf("its ref: %w", err)
	}
	pin := pack.Pin{Scheme: source.SchemeGit, Location: p.repository(), Rev: rev, DirectoryChecksum: digest}
	if commitPattern.MatchString(rev) {
		pin.Commit = strings.ToLower(rev)
	}
	return pin, nil
}

func placeAndChecksum(v map[string]json.Value, d *decoder) (place, pack.Digest, error) {
	location, _ := v["url"].Text()
	p, err := d.place(location)
	if err != nil {
		return place{}, "", &notForUs{err}
	}
	stated, there := v["checksum"]
	if !there && d.bare && p.scheme != source.SchemeLocal {
		return p, "", nil
	}
	checksum, _ := stated.Text()
	digest, err := pack.ParseDigest(checksum)
	return p, digest, err
}
