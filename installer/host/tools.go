package host

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// toolEnv returns the variables for package tools: the configured ones, and those
// derived from the network.
func toolEnv(c Config) ([]string, error) {
	var given []string
	if c.Network.Proxy != "" {
		for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
			given = append(given, name+"="+c.Network.Proxy)
		}
	}
	if len(c.Network.CAs) > 0 {
		file, err := writeAuthorities(c)
		if err != nil {
			return nil, err
		}
		for _, name := range []string{"REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"} {
			given = append(given, name+"="+file)
		}
	}
	rest := slices.DeleteFunc(slices.Clone(c.ToolEnv), func(v string) bool {
		return slices.ContainsFunc(given, func(g string) bool { return strings.EqualFold(nameOf(v), nameOf(g)) })
	})
	return append(rest, given...), nil
}

func nameOf(variable string) string {
	name, _, _ := strings.Cut(variable, "=")
	return name
}

// writeAuthorities writes the CA certificates of the system and of the network to a
// file for tools, because pip and uv trust only the certificates in such a file. Its
// name is derived from the content, so that hosts that share a root do not conflict.
func writeAuthorities(c Config) (string, error) {
	system, err := systemAuthorities()
	if err != nil {
		return "", err
	}
	bundle := slices.Concat(system, []byte("\n"), c.Network.CAs)
	sum := sha256.Sum256(bundle)
	file := filepath.Join(c.scratch(), "authorities-"+hex.EncodeToString(sum[:8])+".pem")
	if have, err := os.ReadFile(file); err == nil && bytes.Equal(have, bundle) {
		return file, nil
	}
	return file, writeFile(file, bundle)
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

// writeFile writes a file atomically.
func writeFile(name string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".authorities-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644)) // tools may run as another user
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
