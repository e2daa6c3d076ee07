package client

import (
	"context"
	"net/url"
	"strconv"

	"github.com/packtrain/pack"
)

// partSize is how many packs of a list one request asks for.
const partSize = 1000

// allParts reads a list of packs, which is ordered by ref, with as many requests as it
// takes.
func allParts[T any](ctx context.Context, c *Client, path string, refOf func(T) pack.Ref) ([]T, error) {
	all, after := []T{}, ""
	for {
		query := url.Values{"after": {after}, "limit": {strconv.Itoa(partSize)}}
		part, err := list[T](ctx, c, withQuery(path, query))
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
		if len(part) < partSize {
			return all, nil
		}
		last := refOf(part[len(part)-1]).String()
		if last <= after {
			return nil, pack.Errorf(pack.CodeMalformedContent, "read list of packs: the server does not order it by ref")
		}
		after = last
	}
}
