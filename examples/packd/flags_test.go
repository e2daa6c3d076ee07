package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/pflag"
)

// TestNetworkFlags checks that the flags of the network reach the host.
func TestNetworkFlags(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "credentials")
	if err := os.WriteFile(file, []byte("https://git.example.com bearer "+secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var f flags
	set := pflag.NewFlagSet("packd", pflag.ContinueOnError)
	f.bind(set)
	err := set.Parse([]string{"--root", t.TempDir(), "--credentials", file, "--proxy", "http://proxy.example:3128", "--allow-host", "git.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := f.config(world{getenv: env(secret + ":read"), environ: os.Environ})
	if err != nil {
		t.Fatal(err)
	}
	_, value := c.Host.Network.Credentials["https://git.example.com"].Header()
	if value != "Bearer "+secret || c.Host.Network.Proxy != "http://proxy.example:3128" || len(c.Host.Network.Policy.Hosts) != 1 || c.Host.Network.CAs != nil {
		t.Errorf("got %+v", c.Host)
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := f.config(world{getenv: env(secret + ":read"), environ: os.Environ}); err == nil {
		t.Error("world-readable credentials are accepted")
	}
}
