package settings

import (
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

// ParsePolicy returns the network policy for the given flags: whether plain http is
// allowed, and the host names, addresses and address ranges that may be contacted
// although they are not public.
func ParsePolicy(allowHTTP bool, private []string) (pack.NetworkPolicy, error) {
	p := pack.NetworkPolicy{AllowHTTP: allowHTTP}
	for _, s := range private {
		prefix, prefixErr := netip.ParsePrefix(s)
		addr, addrErr := netip.ParseAddr(strings.Trim(s, "[]"))
		switch {
		case prefixErr == nil:
			p.AllowPrivate = append(p.AllowPrivate, prefix.Masked())
		case addrErr == nil:
			p.AllowPrivate = append(p.AllowPrivate, netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()))
		case s == "" || strings.ContainsAny(s, "/:@ "):
			return p, pack.Errorf(pack.CodeInvalidRequest, "%q: want a host name, an address or an address range, without port", s)
		default:
			p.AllowPrivateHosts = append(p.AllowPrivateHosts, s)
		}
	}
	return p, nil
}

// ParseProvided parses "ref" or "ref@version" for packs that the host provides.
func ParseProvided(specs []string) ([]pack.Provided, error) {
	var provided []pack.Provided
	for _, s := range specs {
		name, version, hasVersion := strings.Cut(s, "@")
		ref, err := pack.ParseRef(name)
		if err != nil {
			return nil, err
		}
		p := pack.Provided{Ref: ref}
		if hasVersion {
			if p.Version, err = pack.ParseVersion(version); err != nil {
				return nil, err
			}
		}
		provided = append(provided, p)
	}
	return provided, nil
}

// ReadAuthorities reads a PEM file of CA certificates. It returns nil for the path "".
func ReadAuthorities(path string) ([]byte, error) {
	if path == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(pem) == 0 {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "read %q: the file is empty, want certificates in PEM format", path)
	}
	if _, err := web.New(pack.Network{CAs: pem}, nil); err != nil {
		return nil, fmt.Errorf("read %q: %w", path, err)
	}
	return pem, nil
}

// ParseProxy returns the URL of a proxy, nil for "". The error does not contain
// it, because it may include a password.
func ParseProxy(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no proxy
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "want the URL of a proxy, http://host:port")
	}
	return u, nil
}

// Absolute returns an absolute path; URLs and "" are returned unchanged.
func Absolute(path string) (string, error) {
	if path == "" || strings.Contains(path, "://") {
		return path, nil
	}
	return filepath.Abs(path)
}
