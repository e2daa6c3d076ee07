package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/time/rate"

	"github.com/packtrain/pack"
)

// A Scope is a right that a token gives.
type Scope string

// The scopes. None includes another one.
const (
	ScopeRead      Scope = "read"      // look at packs, operations and metrics
	ScopeInstall   Scope = "install"   // the stages, installations, cancelling them
	ScopeConfigure Scope = "configure" // configuration, rolling back, removing
)

// A Token admits any client that presents its secret.
type Token struct {
	Secret string
	Scopes []Scope
}

// minSecret is the least length of a secret.
const minSecret = 8

// ParseToken reads "secret:scope+scope". Errors do not show the secret.
func ParseToken(text string) (Token, error) {
	i := strings.LastIndexByte(text, ':')
	if i < minSecret {
		return Token{}, pack.Errorf(pack.CodeInvalidRequest, "token: want SECRET:SCOPE+SCOPE, the secret of at least %d characters", minSecret)
	}
	t := Token{Secret: text[:i]}
	if strings.ContainsFunc(t.Secret, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return Token{}, pack.Errorf(pack.CodeInvalidRequest, "token: a secret consists of visible ASCII characters")
	}
	for name := range strings.SplitSeq(text[i+1:], "+") {
		scope := Scope(name)
		if !slices.Contains([]Scope{ScopeRead, ScopeInstall, ScopeConfigure}, scope) {
			return Token{}, pack.Errorf(pack.CodeInvalidRequest, "token: want scopes out of read, install and configure, joined by +")
		}
		t.Scopes = append(t.Scopes, scope)
	}
	return t, nil
}

// keyring holds the scopes and rate limits of each token.
type keyring []key

type key struct {
	sum    [sha256.Size]byte
	scopes []Scope
	// name identifies the token in logs: the beginning of its digest.
	name   string
	limit  *rate.Limiter
	bodies *budget
}

func newKeyring(tokens []Token, limit rate.Limit, burst int, bodies int64) keyring {
	var ring keyring
	for _, t := range tokens {
		sum := sha256.Sum256([]byte(t.Secret))
		ring = append(ring, key{sum: sum, scopes: t.Scopes, name: hex.EncodeToString(sum[:4]), limit: rate.NewLimiter(limit, burst), bodies: &budget{max: bodies}})
	}
	return ring
}

// find returns the key of a secret, nil when there is none. It takes equally long
// whichever it is, and looks at digests, which are all of one length.
func (ring keyring) find(secret string) *key {
	sum := sha256.Sum256([]byte(secret))
	found := -1
	for i := range ring {
		same := subtle.ConstantTimeCompare(sum[:], ring[i].sum[:])
		found = subtle.ConstantTimeSelect(same, i, found)
	}
	if found < 0 {
		return nil
	}
	return &ring[found]
}

// bearer returns the secret that a request shows, "" for none.
func bearer(h http.Header) string {
	scheme, secret, _ := strings.Cut(h.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") {
		return ""
	}
	return strings.TrimSpace(secret)
}
