package api

import (
	"cmp"
	"fmt"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
)

// The checks of requests: why one is refused as a whole.

func checkDependencies(req wire.DependenciesRequest) error { return req.Check() }

func (s *stages) checkDownload(req wire.DownloadRequest) error {
	if err := s.checkSource(req); err != nil {
		return err
	}
	return checkWritable(s.roots, req.Destination)
}

func (s *stages) checkBuild(req wire.BuildRequest) error {
	return cmp.Or(req.Check(), s.checkLinkDir(req.BaseDir))
}

func (s *stages) checkRegister(req wire.RegisterRequest) error {
	return cmp.Or(req.Check(), checkAllowBreak(req.AllowBreak), s.checkLinkDir(req.BaseDir))
}

func (s *stages) checkInstall(req wire.InstallRequest) error {
	if err := checkAllowBreak(req.AllowBreak); err != nil {
		return err
	}
	return s.checkIndex(req.RegistryURL)
}

func (s *stages) checkPlan(req wire.PlanRequest) error {
	return cmp.Or(req.Check(), s.checkInstall(req.InstallRequest))
}

func checkApply(req wire.ApplyRequest) error { return req.Plan.Check() }

// checkAllowBreak refuses what cannot be a ref: it would have no effect.
func checkAllowBreak(refs []pack.Ref) error {
	texts := make([]string, len(refs))
	for i, ref := range refs {
		texts[i] = ref.String()
	}
	if _, err := registry.ParseAllowBreak(texts); err != nil {
		return fmt.Errorf("allow_break: %w", err)
	}
	return nil
}

// checkSource checks where a download may come from.
func (s *stages) checkSource(req wire.DownloadRequest) error {
	if !verifies(req) && s.unverified == nil {
		return pack.Errorf(pack.CodePolicyDenied, "verify_ssl: servers must prove their identity; this service was started without --allow-unverified")
	}
	return s.checkIndex(req.RegistryURL)
}

// verifies reports whether servers must prove their identity.
func verifies(req wire.DownloadRequest) bool { return req.VerifySSL == nil || *req.VerifySSL }

// checkIndex checks that a request may name that index; its address is checked
// again when it is contacted.
func (s *stages) checkIndex(index *string) error {
	if index == nil {
		return nil
	}
	return s.checkIndexURL(*index)
}

// checkLinkDir checks that links to packs may be created in a directory.
func (s *stages) checkLinkDir(base *string) error {
	if s.isOwn(base) {
		return nil
	}
	return checkWritable(s.roots, *base)
}

// isOwn reports whether packs appear in the base directory anyway.
func (s *stages) isOwn(base *string) bool {
	return base == nil || filepath.Clean(*base) == s.current
}
