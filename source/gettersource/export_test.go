package gettersource

import (
	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

// ParseLocation returns the URL, the directory and the digest of a location.
func ParseLocation(text string) (string, string, pack.Digest, error) {
	l, err := (&Source{client: web.OrDefault(nil)}).parse(text)
	if err != nil {
		return "", "", "", err
	}
	return l.url.String(), l.subdir, l.digest, nil
}
