// Package samples contains four small packs and serves them on loopback: with an
// index, an archive, a git repository, a directory, a directory of wheels and an npm
// registry. Examples and their tests install from it without any other network.
package samples

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/packtrain/pack/examples/internal/wheel"
)

//go:embed all:packs all:wheels all:npm
var content embed.FS

// A World is the set of servers and directories of the sample packs. Close stops the
// servers.
type World struct {
	dir       string
	url       string
	server    *http.Server
	downloads atomic.Int64
}

// Serve writes the sample packs below dir and serves them on addr, such as
// "127.0.0.1:0". It needs git to create and serve a repository.
func Serve(ctx context.Context, dir, addr string) (*World, error) {
	w := &World{dir: dir}
	if err := w.write(ctx); err != nil {
		return nil, fmt.Errorf("write sample packs: %w", err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("serve sample packs: %w", err)
	}
	w.url = "http://" + listener.Addr().String()
	handler, err := w.handler()
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	w.server = &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go w.server.Serve(listener) //nolint:errcheck // ends with ErrServerClosed when the World is closed
	return w, nil
}

// Close stops serving.
func (w *World) Close() error { return w.server.Close() }

// Addr is the address of the servers, "host:port".
func (w *World) Addr() string { return strings.TrimPrefix(w.url, "http://") }

// Index is the URL of the index; it has the pack hello, as an archive.
func (w *World) Index() string { return w.url + "/index.json" }

// Git is the URL of the repository with the pack wordcount.
func (w *World) Git() string { return w.url + "/git/wordcount.git" }

// Archive is the URL of the archive with the pack slugs.
func (w *World) Archive() string { return w.url + "/archives/slugs-2.0.1.tar.gz" }

// Directory is the directory of the pack report, which depends on hello.
func (w *World) Directory() string { return filepath.Join(w.dir, "packs", "report") }

// Wheels is a directory with the wheel that wordcount requires.
func (w *World) Wheels() string { return filepath.Join(w.dir, "wheels") }

// NodeRegistry is the URL of the npm registry with the package that slugs requires.
func (w *World) NodeRegistry() string { return w.url + "/npm/" }

// Downloads returns the number of archives downloaded so far.
func (w *World) Downloads() int64 { return w.downloads.Load() }

func (w *World) write(ctx context.Context) error {
	if err := copyPacks(w.dir); err != nil {
		return err
	}
	if err := writeWheels(w.Wheels()); err != nil {
		return err
	}
	return makeRepository(ctx, filepath.Join(w.dir, "packs", "wordcount"), filepath.Join(w.dir, "git", "wordcount.git"))
}

// writeWheels builds the library that wordcount requires.
func writeWheels(dir string) error {
	source, err := content.ReadFile("wheels/textstats/__init__.py")
	if err != nil {
		return err
	}
	return wheel.Write(dir, "textstats", "1.0.0", []wheel.File{{Name: "textstats/__init__.py", Data: source}})
}

// copyPacks writes the packs below dir, with executable scripts.
func copyPacks(dir string) error {
	return fs.WalkDir(content, "packs", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(dir, filepath.FromSlash(name))
		if d.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		data, err := content.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, mode(name))
	})
}

func mode(name string) fs.FileMode {
	if strings.HasSuffix(name, ".sh") {
		return 0o755
	}
	return 0o644
}
