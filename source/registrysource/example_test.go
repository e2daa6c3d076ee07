package registrysource_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/web"
)

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte(exampleIndex))
	}))
	defer server.Close()

	client, err := web.New(pack.Network{
		Policy: pack.NetworkPolicy{AllowHTTP: true, AllowPrivateHosts: []string{"127.0.0.1"}},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	index, err := registrysource.New(registrysource.Config{Indices: []registrysource.Index{{Name: "example", URL: server.URL + "/index.json"}}, Client: client})
	if err != nil {
		fmt.Println(err)
		return
	}
	loc, err := source.Parse("slack@^1")
	if err != nil {
		fmt.Println(err)
		return
	}
	pins, err := index.Resolve(context.Background(), loc)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, pin := range pins {
		fmt.Println(pin.Version, pin.Scheme, pin.Location)
	}
	// Output:
	// 1.4.0 https https://host.example/slack-1.4.0.tar.gz
	// 1.4.0 git https://host.example/slack.git
}

func ExampleSource_Status() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte(exampleIndex))
	}))
	defer server.Close()

	client, err := web.New(pack.Network{
		Policy: pack.NetworkPolicy{AllowHTTP: true, AllowPrivateHosts: []string{"127.0.0.1"}},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	index, err := registrysource.New(registrysource.Config{Indices: []registrysource.Index{{Name: "example", URL: server.URL + "/index.json"}}, Client: client})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, status := range index.Status(context.Background()) {
		fmt.Printf("%s: %d packs of %s\n", status.Name, status.Packs, status.Updated)
		for _, p := range status.Problems {
			fmt.Printf("entry %d, %s: %v\n", p.Entry, pack.CodeOf(p.Err), p.Err)
		}
	}
	// Output:
	// example: 2 packs of 2026-11-23 10:00:00 +0000 UTC
	// entry 1, checksum_mismatch: entry jira@0.3.0: install source 1: checksum "": want "sha256:" and 64 hexadecimal digits
}

const exampleIndex = `{
  "registry_name": "Example", "registry_url": "https://index.example", "version": "1.0", "last_updated": "2026-11-23T10:00:00Z",
  "packs": [
    {"ref": "slack", "version": "1.4.0", "label": "Slack", "description": "Posts messages.", "install_sources": [
      {"type": "git", "url": "https://host.example/slack.git", "ref": "0ca87f5d99b7e82c145a3d5c4ef5fb0b8228c5c2",
       "checksum": "sha256:dd59734f1f73978cd6e6c9b2415db4f7aeaa0813180eb3dfbe2714d2247250d1"},
      {"type": "archive", "url": "https://host.example/slack-1.4.0.tar.gz",
       "checksum": "sha256:0d260c8b6c5fea4550bf0ae2ac23f8015502b6e053cb869614b58df29775698a"}]},
    {"ref": "jira", "version": "0.3.0", "label": "Jira", "description": "Opens issues.", "install_sources": [
      {"type": "archive", "url": "https://host.example/jira-0.3.0.tar.gz", "checksum": ""}]}
  ]
}`
