package guard

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"

	"github.com/packtrain/pack"
)

// AddAuthorities returns a copy of given, or of the system's pool if it is nil, with the
// certificates of text, in PEM format. Text that is anything else has
// [pack.CodeInvalidRequest], the system's certificates that cannot be read [pack.CodeIO].
func AddAuthorities(given *x509.CertPool, text []byte) (*x509.CertPool, error) {
	certificates, err := ParseAuthorities(text)
	if err != nil {
		return nil, err
	}
	pool, err := roots(given)
	if err != nil {
		return nil, err
	}
	for _, certificate := range certificates {
		pool.AddCert(certificate)
	}
	return pool, nil
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

// ParseAuthorities returns the certificates of a text in PEM format. Text that is anything
// else has [pack.CodeInvalidRequest]: [x509.CertPool.AppendCertsFromPEM] would skip invalid
// blocks, and the host would notice only when a server is not trusted.
func ParseAuthorities(text []byte) ([]*x509.Certificate, error) {
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
