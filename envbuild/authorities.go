package envbuild

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// authorityVariables name a file with all certificates that pip, uv and npm trust.
func authorityVariables() []string {
	return []string{"REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"}
}

// writeAuthorities writes the CA certificates of the system and of the network to a file:
// pip and uv trust only the certificates in such a file.
func (t *tool) writeAuthorities() (string, error) {
	system, err := systemAuthorities()
	if err != nil {
		return "", err
	}
	file := filepath.Join(t.site.Work, "authorities.pem")
	return file, os.WriteFile(file, slices.Concat(system, []byte("\n"), t.config.Network.CAs), 0o644)
}

// systemAuthorities returns the certificates in the first of the usual files of the
// system that exists, or nil without one.
func systemAuthorities() ([]byte, error) {
	for _, file := range []string{
		"/etc/ssl/certs/ca-certificates.crt", // Debian, Arch, Alpine
		"/etc/pki/tls/certs/ca-bundle.crt",   // Fedora
		"/etc/ssl/ca-bundle.pem",             // openSUSE
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
		"/etc/ssl/cert.pem", // macOS, BSD
	} {
		data, err := os.ReadFile(file)
		if !errors.Is(err, fs.ErrNotExist) {
			return data, err
		}
	}
	return nil, nil
}
