package api

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/time/rate"

	"github.com/packtrain/pack"
)

// A Scope is a right that a token gives. ScopeInstall and ScopeConfigure may be limited to
// packs: "install@infra-*" to those whose refs match, in which * stands for any text, and
// "install@internal/*" to those that come from the index of that name.
type Scope string

// The scopes. None includes another one.
const (
	ScopeRead      Scope = "read"      // look at packs, operations and metrics
	ScopeInstall   Scope = "install"   // the stages, installations, cancelling them
	ScopeConfigure Scope = "configure" // configuration, rolling back, removing
	// ScopeAdmin extends the other scopes of a token to the operations of all tokens,
	// which are private otherwise.
	ScopeAdmin Scope = "admin"
)

// A Token admits any client that presents its secret.
type Token struct {
	// Name is what logs, operations and the history of packs call the token; "" means the
	// first 8 hexadecimal digits of the SHA-256 of the secret.
	Name   string
	Secret string
	Scopes []Scope
}

const (
	// minSecret is the least length of a secret.
	minSecret = 8
	// StrongSecret is the length from which on a secret is not [Token.Weak].
	StrongSecret = 32
)

var tokenName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}\z`)

// NewToken makes a token with a random secret. A name that cannot be one, and no scopes, are
// errors with [pack.CodeInvalidRequest].
func NewToken(name string, scopes []Scope) (Token, error) {
	return ParseToken(name + ":" + rand.Text() + rand.Text() + ":" + joined(scopes))
}

// ParseToken reads "name:secret:scope+scope" or "secret:scope+scope". Errors do not show the
// secret.
func ParseToken(text string) (Token, error) {
	i := strings.LastIndexByte(text, ':')
	t := Token{Secret: text[:max(i, 0)]}
	if name, secret, named := strings.Cut(t.Secret, ":"); named {
		t.Name, t.Secret = name, secret
		if !tokenName.MatchString(name) {
			return Token{}, pack.Errorf(pack.CodeInvalidRequest, "token: want NAME:SECRET:SCOPE+SCOPE, the name of at most 64 letters, digits and . _ -")
		}
	}
	switch {
	case len(t.Secret) < minSecret:
		return Token{}, pack.Errorf(pack.CodeInvalidRequest, "token: want NAME:SECRET:SCOPE+SCOPE, the secret of at least %d characters", minSecret)
	case strings.ContainsFunc(t.Secret, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' }):
		return Token{}, pack.Errorf(pack.CodeInvalidRequest, "token: a secret consists of visible ASCII characters but colons")
	}
	for name := range strings.SplitSeq(text[i+1:], "+") {
		scope, err := parseScope(name)
		if err != nil {
			return Token{}, err
		}
		t.Scopes = append(t.Scopes, scope)
	}
	return t, nil
}

func joined(scopes []Scope) string {
	var names []string
	for _, s := range scopes {
		names = append(names, string(s))
	}
	return strings.Join(names, "+")
}

// String returns the DisplayName: secrets are in no text by accident.
func (t Token) String() string { return t.DisplayName() }

// Line returns the token as [ParseToken] reads it, with the secret.
func (t Token) Line() string {
	return strings.TrimPrefix(t.Name+":"+t.Secret+":"+joined(t.Scopes), ":")
}

// DisplayName returns the Name, or what stands for it.
func (t Token) DisplayName() string {
	sum := sha256.Sum256([]byte(t.Secret))
	return cmp.Or(t.Name, hex.EncodeToString(sum[:4]))
}

// Weak reports whether the secret is short enough to be guessed by someone who can try
// often.
func (t Token) Weak() bool { return len(t.Secret) < StrongSecret }

// keyring holds the scopes and rate limits of each token.
type keyring []key

type key struct {
	sum    [sha256.Size]byte
	scopes []Scope
	// name identifies the token in logs.
	name   string
	limit  *rate.Limiter
	bodies *budget
	places *recent[netip.Addr, struct{}] // where it was valid
}

func newKeyring(tokens []Token, limit rate.Limit, burst int, bodies int64) keyring {
	var ring keyring
	for _, t := range tokens {
		sum := sha256.Sum256([]byte(t.Secret))
		ring = append(ring, key{
			sum: sum, scopes: t.Scopes, name: t.DisplayName(), limit: rate.NewLimiter(limit, burst), bodies: &budget{max: bodies},
			places: newRecent[netip.Addr, struct{}](placesOfToken),
		})
	}
	return ring
}

// inherit takes over the limits of those tokens that were there before.
func (ring keyring) inherit(last keyring) {
	for i := range ring {
		k := &ring[i]
		if old := last.named(k.name); old != nil && old.sum == k.sum {
			k.limit, k.bodies, k.places = old.limit, old.bodies, old.places
		}
	}
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

// named returns the key of a name, nil when there is none.
func (ring keyring) named(name string) *key {
	i := slices.IndexFunc(ring, func(k key) bool { return k.name == name })
	if i < 0 {
		return nil
	}
	return &ring[i]
}

// bearer returns the secret that a request shows, "" for none.
func bearer(h http.Header) string {
	scheme, secret, _ := strings.Cut(h.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") {
		return ""
	}
	return strings.TrimSpace(secret)
}
