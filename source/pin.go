package source

import "github.com/packtrain/pack"

// LocalPath returns the path of the directory or archive of this machine that a
// pin's content is read from while it is fetched, "" for content that comes from
// elsewhere. Files written below it meanwhile could become content.
func LocalPath(pin pack.Pin) string {
	if pin.Scheme == SchemeLocal {
		return pin.Location
	}
	return ""
}

// IsArchive reports whether a pin's content comes as an archive file: its scheme is
// that of archives by URL, or it has the digest of the archive's bytes.
func IsArchive(pin pack.Pin) bool {
	return pin.Scheme == SchemeHTTPS || pin.Scheme == SchemeHTTP || pin.ArchiveDigest != "" || pin.ETag != ""
}
