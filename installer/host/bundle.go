package host

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/bundle"
	"github.com/packtrain/pack/internal/net/guard"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/web"
)

// openBundle opens the bundle of a configuration, and makes all come from there.
func (h *Host) openBundle(c *Config) (err error) {
	if c.Bundle == "" {
		return nil
	}
	if c.bundle, err = bundle.Open(c.Bundle); err != nil {
		return err
	}
	h.closers = append(h.closers, c.bundle)
	const packages = "http://" + envbuild.PackagesHost
	c.Network.Offline = true
	c.PythonIndex, c.FindLinks, c.NodeRegistry = "", []string{packages + c.bundle.PythonPage()}, packages+c.bundle.NodeRegistry()
	return c.useIndices()
}

// useIndices makes the indices those of the bundle. Nothing is contacted, so any address is
// fine.
func (c *Config) useIndices() error {
	policy := pack.NetworkPolicy{AllowHTTP: true, AllowPrivate: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}}
	client, err := web.New(pack.Network{Policy: policy}, &web.Options{HTTP: &http.Client{Transport: c.bundle.Indices()}})
	if err != nil {
		return err
	}
	c.Indices = slices.Clone(c.Indices)
	if len(c.Indices) == 0 {
		for _, e := range c.bundle.Manifest().Entries {
			if e.Kind == bundle.KindIndex {
				c.Indices = append(c.Indices, registrysource.Index{Name: e.Name, URL: e.Location})
			}
		}
	}
	for i := range c.Indices {
		c.Indices[i].Client = client
	}
	return nil
}

// packages returns what serves the packages of the bundle to tools, nil for none.
func (c *Config) packages() http.Handler {
	if c.bundle == nil {
		return nil
	}
	return c.bundle.Packages()
}

// newCollector returns what gets packages for bundles, from where the tools get them.
func newCollector(c Config) (*bundle.Collector, error) {
	n := c.Network
	n.Policy = guard.ForPackages(n.Policy)
	n.Credentials = map[string]pack.Credential{}
	for origin, credential := range c.Network.Credentials {
		n.Credentials[origin] = credential
	}
	made := &bundle.Collector{PythonIndex: logIn(&n, c.PythonIndex), FindLinks: c.FindLinks, NodeRegistry: logIn(&n, c.NodeRegistry)}
	if c.Web != nil && c.Web.HTTP != nil {
		n.Credentials, n.CAs, n.Proxy = nil, nil, ""
	}
	var err error
	made.Client, err = web.New(n, c.Web)
	return made, err
}

// logIn returns an address without the user and password in it, which become a credential.
func logIn(n *pack.Network, address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address
	}
	password, _ := u.User.Password()
	n.Credentials[u.Scheme+"://"+u.Host] = pack.BasicCredential(u.User.Username(), password)
	u.User = nil
	return u.String()
}

// index returns what lists the packs that may be chosen: those of the bundle, if there is
// one.
func (c *Config) index(all installer.Index) installer.Index {
	if c.bundle == nil {
		return all
	}
	return &bundledIndex{all, c.bundle}
}

// A bundledIndex lists as unusable what a bundle does not have.
type bundledIndex struct {
	installer.Index
	bundle *bundle.Bundle
}

// Candidates implements [installer.Index].
func (x *bundledIndex) Candidates(ctx context.Context, want pack.Want) ([]pack.Candidate, error) {
	found, err := x.Index.Candidates(ctx, want)
	for i := range found {
		if c := &found[i]; c.Unusable == nil && !slices.ContainsFunc(c.Pins, x.bundle.Has) {
			c.Unusable = pack.Errorf(pack.CodeNotFound, "it is not in the bundle")
		}
	}
	return found, err
}
