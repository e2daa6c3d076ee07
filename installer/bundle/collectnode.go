package bundle

import (
	"context"
	"encoding/json"
	"io"
	"net/url"
	"strings"

	"github.com/packtrain/pack"
)

// Node returns the item of a Node.js package, whose content has one of the digests in
// integrity, such as "sha512-...". It is downloaded when the item is written.
func (c *Collector) Node(name, version, integrity string) Item {
	e := Entry{Kind: KindNode, Name: name + "@" + version, Integrity: integrity}
	return Item{Entry: e, Write: func(ctx context.Context, w io.Writer) error {
		address, err := c.tarball(ctx, name, version)
		if err != nil {
			return err
		}
		check, err := newIntegrity(integrity)
		if err != nil {
			return err
		}
		if err := c.download(address)(ctx, io.MultiWriter(w, check)); err != nil {
			return err
		}
		return check.verify()
	}}
}

// tarball returns where a package is. As for npm, that is always at the registry.
func (c *Collector) tarball(ctx context.Context, name, version string) (string, error) {
	registry := c.NodeRegistry
	if registry == "" {
		return "", pack.Errorf(pack.CodeInvalidRequest, "state the registry of Node.js packages")
	}
	data, _, _, err := c.page(ctx, below(registry, strings.ReplaceAll(name, "/", "%2f")), "application/json")
	if err != nil {
		return "", err
	}
	var p struct {
		Versions map[string]struct {
			Dist struct{ Tarball string }
		}
	}
	if err := json.Unmarshal(data, &p); err != nil {
		return "", pack.Errorf(pack.CodeMalformedContent, "what the registry says of %s: %w", name, err)
	}
	stated := p.Versions[version].Dist.Tarball
	at, err := url.Parse(stated)
	base, err2 := url.Parse(registry)
	if stated == "" || err != nil || err2 != nil {
		return "", pack.Errorf(pack.CodeNotFound, "the registry has no %s %s", name, version)
	}
	at.Scheme, at.Host, at.User = base.Scheme, base.Host, nil
	return at.String(), nil
}
