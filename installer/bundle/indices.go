package bundle

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/packtrain/pack/source/web"
)

// Indices returns a transport that answers requests for the indices of the bundle, and for
// the files beside them, by their URLs. Others fail with [web.ErrOffline].
func (b *Bundle) Indices() http.RoundTripper { return &transport{b} }

type transport struct{ bundle *Bundle }

const maxIndex = 1 << 30

// RoundTrip implements [http.RoundTripper].
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	at := *req.URL
	at.RawQuery, at.Fragment = "", ""
	known := false
	for i := range t.bundle.manifest.Entries {
		e := &t.bundle.manifest.Entries[i]
		if e.Location == at.String() {
			data, err := t.bundle.Read(req.Context(), e, maxIndex)
			return response(req, http.StatusOK, data), err
		}
		known = known || e.Kind == KindIndex && strings.HasPrefix(at.String(), e.Location)
	}
	if known { // a file beside an index, which it does not have
		return response(req, http.StatusNotFound, nil), nil
	}
	return nil, web.ErrOffline
}

func response(req *http.Request, status int, data []byte) *http.Response {
	return &http.Response{
		Status: strconv.Itoa(status) + " " + http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(data)), ContentLength: int64(len(data)), Request: req,
	}
}
