package registrysource

import (
	"context"
	"time"

	"github.com/packtrain/pack"
)

// maxAhead is how far the date of an index may lie in the future, for clocks that
// differ. A later one is not remembered: no honest index could ever be newer.
const maxAhead = 24 * time.Hour

// checkAge tells that the index is older than it may be, or refuses it.
func (ix *index) checkAge(ctx context.Context, s *snapshot) error {
	err := s.old(ix.MaxAge, time.Now())
	if err != nil && !ix.RefuseOld {
		pack.Note(ctx, "index %q: %v", ix.shown, err)
		return nil
	}
	return err
}

// old returns an error when the index has a date earlier than one that it had before,
// or is older than maxAge, if that is not zero.
func (s *snapshot) old(maxAge time.Duration, now time.Time) error {
	date := s.document.updated
	switch {
	case date.Before(s.newest):
		return pack.Errorf(pack.CodePolicyDenied, "it is of %s, and an earlier answer was of %s: its server has an old copy, or hides new versions", written(date), written(s.newest))
	case maxAge <= 0:
		return nil
	case date.IsZero():
		return pack.Errorf(pack.CodePolicyDenied, "it has no date in last_updated, and must not be older than %s", maxAge)
	case now.Sub(date) > maxAge:
		return pack.Errorf(pack.CodePolicyDenied, "it is of %s, and must not be older than %s", written(date), maxAge)
	}
	return nil
}

func written(date time.Time) string {
	if date.IsZero() {
		return "an unknown date"
	}
	return date.UTC().Format(time.RFC3339)
}

// newestOf returns the latest date that the index has stated: that of doc, or an
// earlier one of old, which may be nil.
func newestOf(old *snapshot, doc *document, now time.Time) time.Time {
	date := doc.updated
	if date.After(now.Add(maxAhead)) {
		date = time.Time{}
	}
	if old != nil && old.newest.After(date) {
		return old.newest
	}
	return date
}
