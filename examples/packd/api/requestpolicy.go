package api

import (
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

// The checks of requests: why one is refused as a whole.

func checkNothing(wire.DependenciesRequest) error { return nil }

func (s *stages) checkDownload(req wire.DownloadRequest) error {
	if err := s.checkSource(req); err != nil {
		return err
	}
	return checkWritable(s.roots, req.Destination)
}

func (s *stages) checkBuild(req wire.BuildRequest) error { return s.checkLinkDir(req.BaseDir) }

func (s *stages) checkRegister(req wire.RegisterRequest) error { return s.checkLinkDir(req.BaseDir) }

func (s *stages) checkInstall(req wire.InstallRequest) error { return s.checkIndex(req.RegistryURL) }

// checkSource checks where a download may come from.
func (s *stages) checkSource(req wire.DownloadRequest) error {
	if !verifies(req) && s.unverified == nil {
		return pack.Errorf(pack.CodePolicyDenied, "verify_ssl: servers have to prove who they are; this service was not started to allow anything else")
	}
	return s.checkIndex(req.RegistryURL)
}

// verifies reports whether servers have to prove who they are.
func verifies(req wire.DownloadRequest) bool { return req.VerifySSL == nil || *req.VerifySSL }

// checkIndex tells whether a request may name that index; where its name leads is
// looked at again when it is asked.
func (s *stages) checkIndex(index *string) error {
	if index == nil {
		return nil
	}
	return s.checkIndexURL(*index)
}

// checkLinkDir tells whether links to packs may be made in a directory.
func (s *stages) checkLinkDir(base *string) error {
	if s.isOwn(base) {
		return nil
	}
	return checkWritable(s.roots, *base)
}

// isOwn tells whether packs appear in the base directory anyway.
func (s *stages) isOwn(base *string) bool {
	return base == nil || filepath.Clean(*base) == s.current
}
