package hostflags

import (
	"errors"
	"net/netip"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack"
)

// Policy returns the network policy for the given flags: whether plain http is
// allowed, and the host names, addresses and address ranges that may be contacted
// although they are not public.
func Policy(allowHTTP bool, private []string) (pack.NetworkPolicy, error) {
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

// ParsePlatformVersion reads the version of the platform; "" states none.
func ParsePlatformVersion(text string) (v pack.Version, err error) {
	return v, v.UnmarshalText([]byte(text))
}

// DefaultRoot returns the per-user data directory of packtrain.
func DefaultRoot(getenv func(string) string) (string, error) {
	if dir := getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "packtrain"), nil
	}
	home := getenv("HOME")
	if !filepath.IsAbs(home) {
		return "", errors.New("HOME is not set to an absolute path: set it, or name a root with --root")
	}
	return filepath.Join(home, ".local", "share", "packtrain"), nil
}
