package api

import (
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/host"
	"github.com/packtrain/pack/examples/packd/wire"
)

// checkRequest returns why a request is refused as a whole, nil when it is not. It
// looks before there is an operation; the stages look again.
func (s *stages) checkRequest(req any) error {
	switch req := req.(type) {
	case wire.DownloadRequest:
		if err := s.checkDownload(req); err != nil {
			return err
		}
		return checkWritable(s.roots, req.Destination)
	case wire.BuildRequest:
		return s.checkLinkDir(req.BaseDir)
	case wire.RegisterRequest:
		return s.checkLinkDir(req.BaseDir)
	case wire.InstallRequest:
		return s.checkIndex(req.RegistryURL)
	}
	return nil
}

func (s *stages) checkDownload(req wire.DownloadRequest) error {
	if req.VerifySSL != nil && !*req.VerifySSL {
		return pack.Errorf(pack.CodePolicyDenied, "verify_ssl: servers have to prove who they are; this service was not started to allow anything else")
	}
	return s.checkIndex(req.RegistryURL)
}

// checkIndex tells whether a request may name that index; where its name leads is
// looked at again when it is asked.
func (s *stages) checkIndex(index *string) error {
	if index == nil {
		return nil
	}
	return host.CheckIndex(s.network, *index)
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
