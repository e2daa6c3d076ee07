package web

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"

	"github.com/packtrain/pack"
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
	certificates, err := parseAuthorities(authorities)
	if err != nil {
		return nil, err
	}
	if c.RootCAs, err = roots(c.RootCAs); err != nil {
		return nil, err
	}
	for _, certificate := range certificates {
		c.RootCAs.AddCert(certificate)
	}
	return c, nil
}

// roots returns a pool that may be changed: a copy of given, or of the system's.
func roots(given *x509.CertPool) (*x509.CertPool, error) {
	if given != nil {
		return given.Clone(), nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, pack.Errorf(pack.CodeIO, "read the system's certificates: %w", err)
	}
	return pool, nil
}

// parseAuthorities reads PEM strictly: [x509.CertPool.AppendCertsFromPEM] would
// skip invalid blocks, and the host would notice only when a server is not
// trusted.
func parseAuthorities(text []byte) ([]*x509.Certificate, error) {
	var certificates []*x509.Certificate
	for rest := text; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "CA certificates: there is a %.40q among them", block.Type)
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "CA certificates: number %d: %w", len(certificates)+1, err)
		}
		certificates = append(certificates, certificate)
	}
	if begun := bytes.Count(text, []byte("-----BEGIN ")); begun == 0 || begun != len(certificates) {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "CA certificates: %d can be read of %d in PEM", len(certificates), begun)
	}
	return certificates, nil
}
