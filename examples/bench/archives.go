package main

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// serveArchives packs every directory into a .tar.gz, as a hosting service
// does, serves them on loopback and returns their URLs.
func serveArchives(ctx context.Context, dir string, packs []string) (urls []string, stop func() error, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	for _, p := range packs {
		name := filepath.Base(p) + ".tar.gz"
		if err := writeArchive(filepath.Join(dir, name), p); err != nil {
			return nil, nil, errors.Join(err, listener.Close())
		}
		urls = append(urls, fmt.Sprintf("http://%s/%s", listener.Addr(), name))
	}
	server := &http.Server{Handler: http.FileServer(http.Dir(dir)), ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(listener) //nolint:errcheck // ends with ErrServerClosed when it is closed
	return urls, server.Close, nil
}

// writeArchive packs the directory p below one top directory.
func writeArchive(name, p string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	gz := gzip.NewWriter(f)
	tw := tar.NewWriter(gz)
	return errors.Join(addTree(tw, p), tw.Close(), gz.Close(), f.Close())
}

func addTree(tw *tar.Writer, p string) error {
	return filepath.WalkDir(p, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		inside, err := filepath.Rel(filepath.Dir(p), path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		header := &tar.Header{Name: filepath.ToSlash(inside), Mode: 0o644, Size: int64(len(data)), Typeflag: tar.TypeReg}
		if err := tw.WriteHeader(header); err != nil {
			return err
		}
		_, err = tw.Write(data)
		return err
	})
}
