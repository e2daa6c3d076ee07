package server

import (
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/host"
	"github.com/packtrain/pack/examples/packd/client"
)

// permit tells why a request is refused as a whole, nil when it is not. It looks
// before there is an operation; the stages look again.
func (s *stages) permit(req any) error {
	switch req := req.(type) {
	case client.DownloadRequest:
		if err := s.mayDownload(req); err != nil {
			return err
		}
		return mayWrite(s.roots, req.Destination)
	case client.BuildRequest:
		return s.mayLink(req.BaseDir)
	case client.RegisterRequest:
		return s.mayLink(req.BaseDir)
	case client.InstallRequest:
		return s.mayAsk(req.RegistryURL)
	}
	return nil
}

func (s *stages) mayDownload(req client.DownloadRequest) error {
	if !valueOr(req.VerifySSL, true) {
		return pack.Errorf(pack.CodePolicyDenied, "verify_ssl: servers have to prove who they are; this service was not started to allow anything else")
	}
	return s.mayAsk(req.RegistryURL)
}

// mayAsk tells whether a request may name that index; where its name leads is
// looked at again when it is asked.
func (s *stages) mayAsk(index *string) error {
	if index == nil {
		return nil
	}
	return host.CheckIndex(s.network, *index)
}

// mayLink tells whether links to packs may be made in a directory.
func (s *stages) mayLink(base *string) error {
	if s.isOwn(base) {
		return nil
	}
	return mayWrite(s.roots, *base)
}

// isOwn tells whether packs appear in the base directory anyway.
func (s *stages) isOwn(base *string) bool {
	return base == nil || filepath.Clean(*base) == s.current
}
