package installer

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// Places finds packs of an index by where they come from; a registrysource.Source
// implements it. It is safe for concurrent use.
type Places interface {
	// At returns the pack of which an entry has a source at loc; "" if there is none.
	At(ctx context.Context, loc source.Locator) (pack.Ref, error)
	// Claiming returns the index to which packs with that name belong, "" if there is
	// none. Such a pack comes from no other place that a pack names.
	Claiming(ref pack.Ref) (index string)
}

// A FollowReason says why a URL that a pack states as a dependency is not followed.
type FollowReason string

// The reasons.
const (
	// FollowHost: its host is not one of those that are followed.
	FollowHost FollowReason = "host"
	// FollowForm: it is not the https or http URL of a repository or an archive.
	FollowForm FollowReason = "form"
	// FollowQuery: it has a query, which records, locks and plans omit.
	FollowQuery FollowReason = "query"
)

// A FollowError says that a URL that a pack states as a dependency is not followed. It has
// [pack.CodeDependencyMissing] if its host is the reason, else [pack.CodePolicyDenied].
type FollowError struct {
	Reason FollowReason
	Host   string // "" if it is not known
	Err    error  // why the form is wrong; nil for no more than that
}

// Error says what is refused.
func (e *FollowError) Error() string {
	switch {
	case e.Reason == FollowHost:
		return fmt.Sprintf("URLs of host %q are not followed, and the pack there is neither installed nor in an index", e.Host)
	case e.Reason == FollowQuery:
		return "it has a query, which a record of the pack would omit"
	case e.Err != nil:
		return fmt.Sprintf("only https and http URLs of repositories and archives are followed: %v", e.Err)
	}
	return "only https and http URLs of repositories and archives are followed"
}

// ErrorCode implements [pack.Coder].
func (e *FollowError) ErrorCode() pack.Code {
	if e.Reason == FollowHost {
		return pack.CodeDependencyMissing
	}
	return pack.CodePolicyDenied
}

// Unwrap returns the error that the code stands for.
func (e *FollowError) Unwrap() error { return e.ErrorCode().Sentinel() }

// follow returns what is known of the pack at a URL that a pack states: the installed one
// from there, the versions in an index that has it from there, or what is there.
func (w *World) follow(ctx context.Context, want pack.Want) ([]pack.Candidate, error) {
	loc, host, err := parseFollowed(want.Spec)
	if err != nil {
		return nil, err
	}
	installed, err := w.Installed(ctx)
	if err != nil {
		return nil, err
	}
	for i := range installed {
		if k := &installed[i]; loc.Names(k.Pin) {
			return []pack.Candidate{{ID: k.ID, Dependencies: k.Dependencies, Platform: k.Platform, DependenciesKnown: true, Pins: []pack.Pin{k.Pin}}}, nil
		}
	}
	if found, err := w.listed(ctx, loc); err != nil || found != nil {
		return found, err
	}
	if !slices.ContainsFunc(w.config.Follow, func(h string) bool { return strings.EqualFold(h, host) }) {
		return nil, &FollowError{Reason: FollowHost, Host: host}
	}
	c, err := w.read(ctx, w.config.Follower, DownloadRequest{Specs: []string{want.Spec}})
	if err != nil {
		return nil, err
	}
	if index := w.claiming(c.Ref); index != "" {
		return nil, pack.Errorf(pack.CodePolicyDenied, "it is pack %s, and packs with that name come from index %q, which claims it: name this place in the request to install it from there", c.Ref, index)
	}
	return []pack.Candidate{c}, nil
}

// claiming returns the index that claims the name of a pack, "" for none.
func (w *World) claiming(ref pack.Ref) string {
	if w.config.Places == nil {
		return ""
	}
	return w.config.Places.Claiming(ref)
}

// listed returns the versions of the pack that an index has from a place.
func (w *World) listed(ctx context.Context, loc source.Locator) ([]pack.Candidate, error) {
	if w.config.Places == nil || w.config.Index == nil {
		return nil, nil
	}
	ref, err := w.config.Places.At(ctx, loc)
	if err != nil || ref == "" {
		return nil, err
	}
	return w.config.Index.Candidates(ctx, pack.Want{Ref: ref})
}

// parseFollowed parses a URL that a pack states as a dependency.
func parseFollowed(text string) (loc source.Locator, host string, err error) {
	if loc, err = source.Parse(text); err != nil {
		return loc, "", &FollowError{Reason: FollowForm, Err: err}
	}
	u, err := url.Parse(loc.Location)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return loc, "", &FollowError{Reason: FollowForm}
	case loc.Scheme != source.SchemeGit && loc.Scheme != source.SchemeHTTPS && loc.Scheme != source.SchemeHTTP:
		return loc, "", &FollowError{Reason: FollowForm}
	case u.RawQuery != "":
		return loc, "", &FollowError{Reason: FollowQuery, Host: u.Hostname()}
	}
	return loc, u.Hostname(), nil
}
