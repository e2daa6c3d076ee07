package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func (a *app) indexServeCommand() *cobra.Command {
	listen := "127.0.0.1:8090"
	cmd := command("serve DIR", "Serve the directory of an index and its archives", exactly("DIR"),
		func(cmd *cobra.Command, args []string) error {
			dir, err := os.OpenRoot(args[0])
			if err != nil {
				return err
			}
			defer func() { _ = dir.Close() }()
			var lc net.ListenConfig
			l, err := lc.Listen(cmd.Context(), "tcp", listen)
			if err != nil {
				return err
			}
			a.println("http://%s/index.json", l.Addr())
			return serveFiles(cmd.Context(), l, dir)
		})
	cmd.Flags().StringVar(&listen, "listen", listen, "address to listen on")
	return cmd
}

// serveFiles serves files until ctx ends.
func serveFiles(ctx context.Context, l net.Listener, dir *os.Root) error {
	server := &http.Server{
		Handler:           files{dir},
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	stop := context.AfterFunc(ctx, func() {
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(bounded)
	})
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// files serves the files of a directory, with entity tags and ranges, and lists none.
type files struct{ dir *os.Root }

// ServeHTTP implements [http.Handler].
func (f files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD are served", http.StatusMethodNotAllowed)
		return
	}
	file, err := f.dir.Open(strings.TrimPrefix(r.URL.Path, "/"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("ETag", fmt.Sprintf(`"%x-%x"`, info.ModTime().UnixNano(), info.Size()))
	http.ServeContent(w, r, info.Name(), info.ModTime(), file)
}
