package gitsource

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/git"
	"github.com/packtrain/pack/source/web"
)

const (
	listPath   = "/info/refs"
	listType   = "application/x-git-upload-pack-advertisement"
	uploadPath = "/git-upload-pack"
	uploadType = "application/x-git-upload-pack-result"
	// userAgent starts as git's does: some hosts distinguish git from browsers by it.
	userAgent = "git/2.0 (packtrain)"
)

// A remote is a repository on a server of git's smart HTTP protocol.
type remote struct {
	client *web.Client
	target string         // its URL for messages
	url    string         // without a slash at the end; follows redirects of the list
	moved  *http.Response // the redirect that led to url, nil without
	limits Limits
}

func (*remote) close() error { return nil }

// list asks for the branches and tags.
func (r *remote) list(ctx context.Context) (*refs, error) {
	req, err := request(ctx, http.MethodGet, r.url+listPath+"?service=git-upload-pack", http.NoBody)
	if err != nil {
		return nil, err
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return nil, r.unlisted(err)
	}
	defer resp.Body.Close() //nolint:errcheck // nothing that was read depends on it
	if err := r.follow(resp); err != nil {
		return nil, err
	}
	if got := resp.Header.Get("Content-Type"); got != listType {
		return nil, broken("content type %s is not that of a git server of the smart HTTP protocol", shown(got))
	}
	body := &causeReader{r: limited(resp.Body, "size of the list of branches and tags", r.limits.RefBytes)}
	list, err := readRefs(bufio.NewReader(body))
	if err == nil {
		err = drain(body)
	}
	return list, body.explain(err)
}

// unlisted explains why the list could not be read.
func (r *remote) unlisted(err error) error {
	if errors.Is(err, pack.ErrNotFound) {
		return pack.Errorf(pack.CodeNotFound, "the repository does not exist")
	}
	if u, ok := errors.AsType[*pack.UnavailableError](err); ok && u.Code == pack.CodeUnauthorized {
		return &pack.UnavailableError{
			Code: u.Code, Target: r.target, Status: u.Status,
			Err: fmt.Errorf("the repository does not exist or requires credentials: %w", u.Err),
		}
	}
	return err
}

// follow moves to where the list was redirected to.
func (r *remote) follow(resp *http.Response) error {
	at := *resp.Request.URL
	base, ok := strings.CutSuffix(at.Path, listPath)
	raw, ok2 := strings.CutSuffix(at.EscapedPath(), listPath)
	if !ok || !ok2 {
		return broken("the server redirects to %s, which is not a repository", shown(web.Redact(at.String())))
	}
	at.Path, at.RawPath, at.RawQuery = base, raw, "" // "%2F" is kept
	r.url, r.moved = at.String(), resp.Request.Response
	return nil
}

// fetch receives one object and the objects it refers to, with its history up to
// depth commits (0: all), into s. A [*refusal] leaves s unchanged.
func (r *remote) fetch(ctx context.Context, want plumbing.Hash, depth int, s *git.Store) error {
	resp, err := r.upload(ctx, uploadRequest(want, depth))
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // nothing that was read depends on it
	body := &causeReader{r: limited(resp.Body, "pack size", r.limits.PackBytes)}
	return body.explain(r.receive(ctx, body, s))
}

func request(ctx context.Context, method, url string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "request %q: %w", web.Redact(url), err)
	}
	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("Accept-Encoding", "identity")
	return req, nil
}

func (r *remote) upload(ctx context.Context, question []byte) (*http.Response, error) {
	req, err := request(ctx, http.MethodPost, r.url+uploadPath, bytes.NewReader(question))
	if err != nil {
		return nil, err
	}
	req.Response = r.moved // keeps credentials from the target of a redirect
	req.Header.Set("Content-Type", "application/x-git-upload-pack-request")
	// A POST is not redirected: the list of branches and tags has led to the
	// final URL.
	resp, err := r.client.WithoutRedirects().Do(req)
	if err != nil {
		return nil, maybeRefused(err)
	}
	if got := resp.Header.Get("Content-Type"); got != uploadType {
		_ = resp.Body.Close() // it is not read
		return nil, &refusal{reason: "content type " + shown(got)}
	}
	return resp, nil
}

// maybeRefused distinguishes statuses that refuse one request from those that
// would apply to any request.
func maybeRefused(err error) error {
	if errors.Is(err, pack.ErrNotFound) {
		return &refusal{reason: "not found"}
	}
	u, ok := errors.AsType[*pack.UnavailableError](err)
	if !ok || u.Temporary || u.Code == pack.CodeUnauthorized || u.Status == 0 {
		return err
	}
	if u.Status/100 == 3 {
		return &refusal{reason: "it redirects to elsewhere, where only the list of branches and tags may lead", code: pack.CodePolicyDenied}
	}
	return &refusal{reason: u.Err.Error()}
}

func (r *remote) receive(ctx context.Context, body io.Reader, s *git.Store) error {
	in := bufio.NewReaderSize(body, 64<<10)
	packed, err := readUpload(in)
	if err != nil {
		return err
	}
	if err := git.Unpack(ctx, packed, s, r.limits.objects()); err != nil {
		return err
	}
	return drain(in)
}

// drain reads the rest of an answer, so that its connection can be reused.
func drain(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

func limited(r io.Reader, what string, most int64) io.Reader {
	if most < 0 {
		return r
	}
	return web.LimitReader(r, what, most)
}

// A causeReader remembers why reading failed, which decoders may not pass on.
type causeReader struct {
	r   io.Reader
	err error
}

// Read implements [io.Reader].
func (s *causeReader) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// explain returns the cause of err: the failure to read when there was one.
func (s *causeReader) explain(err error) error {
	if err != nil && s.err != nil {
		return s.err
	}
	return err
}
