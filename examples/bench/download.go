package main

import (
	"context"
	"net/netip"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/web"
)

// downloadArchives is S2: 100 packs as .tar.gz over HTTP.
func downloadArchives() job {
	return job{
		id: "S2", name: "100 packs as .tar.gz over HTTP", rival: "curl | tar xz, 8 at a time", goal: 0.22, floor: 0.20,
		prepare: func(ctx context.Context, dir string) (sides, error) {
			packs, err := writePacks(filepath.Join(dir, "packs"))
			if err != nil {
				return sides{}, err
			}
			urls, stop, err := serveArchives(ctx, filepath.Join(dir, "archives"), packs)
			if err != nil {
				return sides{}, err
			}
			return sides{
				ours:  timed(func(ctx context.Context, fresh string) error { return download(ctx, urls, fresh) }),
				rival: timed(func(ctx context.Context, fresh string) error { return curlAndTar(ctx, urls, fresh) }),
				close: stop,
			}, nil
		},
	}
}

// downloadOne is S3: one pack of 37 MB.
func downloadOne() job {
	return job{
		id: "S3", name: "one .tar.gz of 2,000 files, 37 MB", rival: "curl | tar xz", goal: 0.65, floor: 0.63,
		prepare: func(ctx context.Context, dir string) (sides, error) {
			big, err := writeBigPack(filepath.Join(dir, "packs"))
			if err != nil {
				return sides{}, err
			}
			urls, stop, err := serveArchives(ctx, filepath.Join(dir, "archives"), []string{big})
			if err != nil {
				return sides{}, err
			}
			return sides{
				ours:  timed(func(ctx context.Context, fresh string) error { return download(ctx, urls, fresh) }),
				rival: timed(func(ctx context.Context, fresh string) error { return curlAndTar(ctx, urls, fresh) }),
				close: stop,
			}, nil
		},
	}
}

// loopback allows the servers of this program.
func loopback() pack.Network {
	return pack.Network{Policy: pack.NetworkPolicy{AllowHTTP: true, AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}}
}

func download(ctx context.Context, urls []string, dest string) error {
	client, err := web.New(loopback(), nil)
	if err != nil {
		return err
	}
	return downloadFrom(ctx, archivesource.New(client, nil), urls, dest)
}

// downloadFrom downloads specs, 8 at a time.
func downloadFrom(ctx context.Context, s source.Source, specs []string, dest string) error {
	d, err := installer.NewDownloader(installer.DownloadConfig{Source: s, Parallel: 8})
	if err != nil {
		return err
	}
	_, err = d.Download(ctx, installer.DownloadRequest{Specs: specs, Dest: dest})
	return err
}

func curlAndTar(ctx context.Context, urls []string, dest string) error {
	const script = `cd "$1" && shift && printf '%s\n' "$@" | xargs -P 8 -n 1 sh -c 'curl -sSf "$0" | tar xz'`
	return command(ctx, "sh", append([]string{"-c", script, "sh", dest}, urls...)...)
}
