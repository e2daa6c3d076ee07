package web

import (
	"crypto/tls"

	"github.com/packtrain/pack/internal/net/guard"
)

func minimalTLS() *tls.Config { return &tls.Config{MinVersion: tls.VersionTLS12} }

// tlsConfig returns the settings of the host, which may be nil, with the
// certificates of authorities added.
func tlsConfig(host *tls.Config, authorities []byte) (*tls.Config, error) {
	c := minimalTLS()
	if host != nil {
		c = host.Clone()
		c.MinVersion = max(c.MinVersion, tls.VersionTLS12)
	}
	if len(authorities) == 0 {
		return c, nil
	}
	var err error
	c.RootCAs, err = guard.AddAuthorities(c.RootCAs, authorities)
	return c, err
}
