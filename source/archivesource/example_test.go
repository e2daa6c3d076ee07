package archivesource_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/web"
)

func Example() {
	server := httptest.NewServer(http.HandlerFunc(serveDemo)) // stands for a server of yours
	defer server.Close()

	ctx := context.Background()
	client, err := web.New(pack.Network{
		Policy: pack.NetworkPolicy{AllowHTTP: true, AllowPrivateHosts: []string{"127.0.0.1"}},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	archives := archivesource.New(client, nil)
	loc, err := source.Parse(server.URL + "/demo-1.0.0.tar.gz")
	if err != nil {
		fmt.Println(err)
		return
	}
	pins, err := archives.Resolve(ctx, loc)
	if err != nil {
		fmt.Println(err)
		return
	}

	scratch, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(scratch)
	pin := pins[0]
	tree, err := source.NewTree(filepath.Join(scratch, "tree"), &source.TreeOptions{StripTop: pin.StripTop})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer tree.Discard()
	if err := archives.Fetch(ctx, pin, tree); err != nil {
		fmt.Println(err)
		return
	}
	result, err := tree.Finish()
	fmt.Println(result.Files, "file in", filepath.Base(result.Dir), err)
	// Output: 1 file in demo-1.0.0 <nil>
}

func serveDemo(w http.ResponseWriter, _ *http.Request) {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	archive := tar.NewWriter(z)
	content := []byte("ref: demo\n")
	archive.WriteHeader(&tar.Header{Name: "demo-1.0.0/pack.yaml", Size: int64(len(content)), Mode: 0o644})
	archive.Write(content)
	archive.Close()
	z.Close()
	w.Write(buf.Bytes())
}
