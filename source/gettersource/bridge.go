package gettersource

import (
	"fmt"
	"io"
	"net/http"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

// A bridge is go-getter's only access to the network: it sends requests with our
// client, redirects, retries and limits included, and remembers errors, because
// go-getter keeps little more of errors than their text.
type bridge struct {
	client *web.Client
	pin    pack.Pin
	most   int64

	err  error // the first
	done bool  // the whole body was read
}

func (b *bridge) httpClient() *http.Client { return &http.Client{Transport: b} }

// RoundTrip implements [http.RoundTripper].
func (b *bridge) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := b.client.Do(req)
	if err == nil {
		err = b.check(resp)
	}
	if err != nil {
		return nil, b.note(err)
	}
	resp.Body = &noted{Closer: resp.Body, r: b.limited(resp.Body), bridge: b}
	return resp, nil
}

func (b *bridge) note(err error) error {
	if b.err == nil {
		b.err = err
	}
	return err
}

// check checks the header of an answer, and closes the body when it is refused.
func (b *bridge) check(resp *http.Response) (err error) {
	defer func() {
		if err != nil {
			_ = resp.Body.Close() // it is not read
		}
	}()
	tag := web.StrongETag(resp.Header)
	switch encoding := web.ContentEncoding(resp.Header); {
	case encoding != "" && encoding != "identity" && encoding != "gzip" && encoding != "x-gzip":
		return &pack.UnavailableError{
			Target: web.Redact(b.pin.Location),
			Err:    fmt.Errorf("server sends the content encoding %.40q, which was not asked for", encoding),
		}
	case b.pin.ArchiveDigest == "" && b.pin.ETag != "" && tag != b.pin.ETag:
		return pack.Errorf(pack.CodeContentChanged, "the archive has changed: its entity tag is %q, pinned is %q: resolve it again", tag, b.pin.ETag)
	case b.most >= 0 && resp.ContentLength > b.most:
		return &pack.LimitError{Limit: archiveSize, Max: b.most, Value: resp.ContentLength}
	}
	return nil
}

func (b *bridge) limited(r io.Reader) io.Reader {
	if b.most < 0 {
		return r
	}
	return web.LimitReader(r, archiveSize, b.most)
}

// A noted body reports to the bridge how reading it ended.
type noted struct {
	io.Closer

	r      io.Reader
	bridge *bridge
}

// Read implements [io.Reader].
func (n *noted) Read(p []byte) (int, error) {
	read, err := n.r.Read(p)
	switch {
	case err == io.EOF:
		n.bridge.done = true
	case err != nil:
		_ = n.bridge.note(err) // which is also returned
	}
	return read, err
}
