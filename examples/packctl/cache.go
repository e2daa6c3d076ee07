package main

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps/lock"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer/cache"
)

// A cacheUsage is how much some entries take up, as --json prints it.
type cacheUsage struct {
	Entries int   `json:"entries"`
	Bytes   int64 `json:"bytes"`
}

// A cacheInfo is what a cache holds.
type cacheInfo struct {
	Dir      string     `json:"dir"`
	Total    cacheUsage `json:"total"`
	Packs    cacheUsage `json:"packs"`
	Notes    cacheUsage `json:"notes"`
	Indices  cacheUsage `json:"indices"`
	UnusedAt *time.Time `json:"oldest_use,omitempty"`
}

// A cacheVerified is what was read of it.
type cacheVerified struct {
	Packs   cacheUsage    `json:"packs"`
	Damaged []pack.Digest `json:"damaged"`
}

// A cachePruned is what was removed from it.
type cachePruned struct {
	Removed cacheUsage `json:"removed"`
	Left    cacheUsage `json:"left"`
}

func (a *app) cacheCommand() *cobra.Command {
	c := command("cache", "Show, verify, empty and fill the cache of downloaded content", cobra.ArbitraryArgs,
		func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return &usageError{errors.New("no command is given"), cmd.CommandPath()}
			}
			return &usageError{unknownCommand(cmd, args[0]), cmd.CommandPath()}
		})
	c.AddCommand(a.cacheInfoCommand(), a.cacheVerifyCommand(), a.cachePruneCommand(), a.cacheWarmCommand())
	return c
}

// withCache runs f on the cache of the flags. It opens no root.
func (a *app) withCache(cmd *cobra.Command, f func(*cache.Cache) error) error {
	if a.server != "" {
		return &usageError{errors.New("the cache of a server is managed there: --server has no effect"), cmd.CommandPath()}
	}
	config, err := a.hostConfig()
	if err != nil {
		return &usageError{err, cmd.CommandPath()}
	}
	c, err := cache.New(config.CacheDir, nil)
	if err != nil {
		return err
	}
	return f(c)
}

func (a *app) cacheInfoCommand() *cobra.Command {
	return command("info", "Show where the cache is and how much it holds", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		return a.withCache(cmd, func(c *cache.Cache) error {
			info, err := c.Info(cmd.Context())
			if err != nil {
				return err
			}
			shown := cacheInfo{Dir: info.Dir, Total: cacheUsage(info.Total), Packs: cacheUsage(info.Trees), Notes: cacheUsage(info.Pins), Indices: cacheUsage(info.Shelf)}
			if !info.Oldest.IsZero() {
				shown.UnusedAt = &info.Oldest
			}
			return a.report(shown, func() {
				a.println("%s  %s", shown.Dir, megabytes(shown.Total.Bytes))
				a.println("%s  %s", counted(shown.Packs.Entries, "pack"), megabytes(shown.Packs.Bytes))
				a.println("%s of indices and of what packs need  %s", counted(shown.Indices.Entries, "file"), megabytes(shown.Indices.Bytes))
				if shown.UnusedAt != nil {
					a.println("unused for longest: since %s", shown.UnusedAt.Local().Format(time.DateTime))
				}
			})
		})
	})
}

func (a *app) cacheVerifyCommand() *cobra.Command {
	return command("verify", "Read all packs in the cache, and remove damaged ones; exits with 1 if there was one", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		return a.withCache(cmd, func(c *cache.Cache) error {
			got, err := c.Verify(cmd.Context())
			if err != nil {
				return err
			}
			shown := cacheVerified{Packs: cacheUsage(got.Trees), Damaged: append([]pack.Digest{}, got.Damaged...)}
			err = a.report(shown, func() {
				for _, d := range shown.Damaged {
					a.println("%s  damaged, removed", d)
				}
				a.println("%s  %s  whole", counted(shown.Packs.Entries, "pack"), megabytes(shown.Packs.Bytes))
			})
			if err == nil && len(shown.Damaged) > 0 {
				err = pack.Errorf(pack.CodeChecksumMismatch, "%s in the cache had other content than when downloaded: removed, downloaded again when needed", counted(len(shown.Damaged), "pack"))
			}
			return err
		})
	})
}

func (a *app) cachePruneCommand() *cobra.Command {
	var budget cache.Budget
	var all bool
	cmd := command("prune", "Remove downloaded content, what has been unused for longest first", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		if all == (budget != cache.Budget{}) {
			return &usageError{errors.New("want --max-bytes, --max-age or both, or --all"), cmd.CommandPath()}
		}
		return a.withCache(cmd, func(c *cache.Cache) error {
			got, err := c.Prune(cmd.Context(), budget)
			if err != nil && got == (cache.Pruned{}) {
				return err
			}
			shown := cachePruned{Removed: cacheUsage(got.Removed), Left: cacheUsage(got.Left)}
			return errors.Join(err, a.report(shown, func() {
				a.println("removed %s, %s; left %s, %s", counted(shown.Removed.Entries, "file"), megabytes(shown.Removed.Bytes), counted(shown.Left.Entries, "file"), megabytes(shown.Left.Bytes))
			}))
		})
	})
	cmd.Flags().Int64Var(&budget.MaxBytes, "max-bytes", 0, "size of the content that may stay")
	cmd.Flags().DurationVar(&budget.MaxAge, "max-age", 0, "time for which content may stay that is not used, such as 720h")
	cmd.Flags().BoolVar(&all, "all", false, "remove all content")
	return cmd
}

func (a *app) cacheWarmCommand() *cobra.Command {
	return command("warm LOCK", "Download the packs of a lock into the cache, so that sync --locked needs no network for them; installs nothing", cobra.ExactArgs(1),
		func(cmd *cobra.Command, args []string) error {
			if a.server != "" {
				return &usageError{errors.New("the cache of a server is managed there: --server has no effect"), cmd.CommandPath()}
			}
			data, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			l, err := lock.Parse(data)
			if err != nil {
				return err
			}
			path, err := filepath.Abs(args[0])
			if err != nil {
				return err
			}
			return a.withHost(cmd, func(h *hostflags.Host) error {
				r, err := h.Warm(cmd.Context(), l.Absolute(filepath.Dir(path)), a.observer())
				return finish(a, wire.NewDownloadReport(r), err, func(r *wire.DownloadReport) {
					for _, p := range r.Downloaded {
						a.println("%s %s  downloaded", p.Ref, p.Version)
					}
				})
			})
		})
}
