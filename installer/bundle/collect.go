package bundle

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

// A Collector gets packages from where environments get them. It is safe for concurrent use.
type Collector struct {
	// Client contacts the indices; nil means one of the zero [pack.Network].
	Client *web.Client
	// PythonIndex is the URL of the index of Python packages, "" for none: those of FindLinks
	// are all then. The default of a tool is not known here.
	PythonIndex string
	// FindLinks lists directories with Python distributions, and URLs of pages with links to
	// them.
	FindLinks []string
	// NodeRegistry is the URL of the registry of Node.js packages, "" for none.
	NodeRegistry string
}

const (
	maxPage    = 64 << 20
	maxPackage = 2 << 30
)

// get requests a URL. The caller closes the body.
func (c *Collector) get(ctx context.Context, address, accept string) (*http.Response, error) {
	client := web.OrDefault(c.Client)
	u, err := client.ParseURL(address)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "%w", err)
	}
	req.Header.Set("Accept", accept)
	req.Header.Set("Accept-Encoding", "identity")
	return client.Do(req)
}

// page reads a page of an index, and returns its type and its URL after redirects.
func (c *Collector) page(ctx context.Context, address, accept string) (data []byte, kind string, at *url.URL, err error) {
	resp, err := c.get(ctx, address, accept)
	if err != nil {
		return nil, "", nil, err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	data, err = io.ReadAll(web.LimitReader(resp.Body, "size of the page of a package index", maxPage))
	return data, resp.Header.Get("Content-Type"), resp.Request.URL, err
}

// download returns a function that writes what is at a URL.
func (c *Collector) download(address string) func(context.Context, io.Writer) error {
	return func(ctx context.Context, w io.Writer) (err error) {
		resp, err := c.get(ctx, address, "*/*")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, resp.Body.Close()) }()
		_, err = io.Copy(w, web.LimitReader(resp.Body, "size of a package", maxPackage))
		return err
	}
}

// below returns the URL of a name below that of an index.
func below(index, name string) string { return strings.TrimSuffix(index, "/") + "/" + name }
