package pipeline

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	single "github.com/packtrain/pack/internal/text/json"
	"github.com/packtrain/pack/registry"
)

// maxPlan is the size of a plan that is read.
const maxPlan = 64 << 20

// A PlanError says why a plan is refused that is malformed, was edited, or is for
// something else. It has [pack.CodeInvalidRequest].
type PlanError struct{ Reason string }

// Error implements error.
func (e *PlanError) Error() string { return "the plan cannot be applied: " + e.Reason }

// ErrorCode implements [pack.Coder].
func (*PlanError) ErrorCode() pack.Code { return pack.CodeInvalidRequest }

// Unwrap returns [pack.ErrInvalid].
func (*PlanError) Unwrap() error { return pack.CodeInvalidRequest.Sentinel() }

func planError(format string, args ...any) error {
	return &PlanError{Reason: fmt.Sprintf(format, args...)}
}

// Encode returns the plan as canonical JSON: sorted keys, two spaces of indentation.
func (p *Plan) Encode() ([]byte, error) {
	data, err := canonical(p, false)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, data, "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// ParsePlan reads a plan that [Plan.Encode] wrote. One that was edited, or that is not a
// plan, is a [*PlanError].
func ParsePlan(data []byte) (*Plan, error) {
	if len(data) > maxPlan {
		return nil, planError("it has more than %d bytes", maxPlan)
	}
	if _, err := single.Parse(data, single.Options{}); err != nil { // one reading
		return nil, planError("%v", err)
	}
	var p Plan
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil {
		return nil, planError("%v", err)
	}
	read, err := sorted(data, false)
	if err != nil {
		return nil, planError("%v", err)
	}
	if again, err := canonical(&p, false); err != nil || !bytes.Equal(read, again) {
		return nil, planError("it has keys or values that no plan has")
	}
	if err := p.Check(); err != nil {
		return nil, err
	}
	return &p, nil
}

// canonical returns the plan as JSON with sorted keys and without spaces, without its ID
// if that is what is computed.
func canonical(p *Plan, withoutID bool) ([]byte, error) {
	data, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	return sorted(data, withoutID)
}

func sorted(data []byte, withoutID bool) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var value map[string]any
	if err := dec.Decode(&value); err != nil {
		return nil, err
	}
	if withoutID {
		delete(value, "id")
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(out.Bytes()), nil
}

// digest returns what the ID of the plan has to be.
func (p *Plan) digest() (pack.Digest, error) {
	data, err := canonical(p, true)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return pack.Digest("sha256:" + hex.EncodeToString(sum[:])), nil
}

// Check returns a [*PlanError] if the plan was edited, is of another format, or says what
// no plan says. It does not look at what is installed.
func (p *Plan) Check() error {
	if p.Format != PlanFormat {
		return planError("its format is %d, and this release knows format %d", p.Format, PlanFormat)
	}
	want, err := p.digest()
	if err != nil {
		return planError("%v", err)
	}
	if p.ID != want {
		return planError("its content has the ID %s, and it says %.80q: it was edited; make a new one", want, p.ID)
	}
	if !slices.Contains([]registry.Replace{registry.ReplaceNever, registry.ReplaceUpgrade, registry.ReplaceAny}, p.Options.Replace) {
		return planError("replace is %.40q", p.Options.Replace)
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		if i > 0 && p.Steps[i-1].Ref >= s.Ref {
			return planError("step %d: pack %.80q is named twice, or not in order", i+1, s.Ref)
		}
		if err := s.check(); err != nil {
			return planError("step %d, pack %.80q: %v", i+1, s.Ref, err)
		}
	}
	return p.checkReads()
}

func (p *Plan) checkReads() error {
	read := map[pack.Ref]PlanRead{}
	for _, r := range p.Reads {
		if _, err := pack.ParseRef(string(r.Ref)); err != nil || read[r.Ref].Ref != "" {
			return planError("pack %.80q is read twice, or has no valid name", r.Ref)
		}
		read[r.Ref] = r
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		was, ok := read[s.Ref]
		if !ok {
			return planError("pack %s changes, and its state is not among those that the plan reads", s.Ref)
		}
		from := PlanState{}
		if s.From != nil {
			from = *s.From
		}
		if from.Generation != was.Generation || from.Tree != was.Tree {
			return planError("pack %s changes from generation %.80q, and the plan read %.80q", s.Ref, from.Generation, was.Generation)
		}
	}
	return nil
}

// check returns what is wrong with one step.
func (s *PlanStep) check() error {
	if _, err := pack.ParseRef(string(s.Ref)); err != nil {
		return err
	}
	fits := map[PlanAction][2]bool{ // whether there is a From, and a To
		PlanInstall: {false, true}, PlanUpgrade: {true, true}, PlanDowngrade: {true, true}, PlanRepin: {true, true},
		PlanKeep: {true, true}, PlanRollBack: {true, true}, PlanRemove: {true, false},
	}
	want, ok := fits[s.Action]
	switch {
	case !ok:
		return fmt.Errorf("action %.40q is unknown", s.Action)
	case want != [2]bool{s.From != nil, s.To != nil}:
		return fmt.Errorf("action %q does not go with what is installed before and after it", s.Action)
	case s.From != nil && s.From.Generation == "":
		return fmt.Errorf("what is installed before it has no generation")
	case s.To == nil:
		return nil
	case (s.To.Generation != "") != (s.Action == PlanRollBack):
		return fmt.Errorf("action %q does not go with generation %.80q after it", s.Action, s.To.Generation)
	case s.Action == PlanRollBack && s.To.Generation == s.From.Generation:
		return fmt.Errorf("generation %.80q is active already", s.To.Generation)
	case s.Action == PlanRollBack:
		return s.To.check(true)
	case s.Action != action(s.From, s.To):
		return fmt.Errorf("it says %q, and what is installed before and after it is %q", s.Action, action(s.From, s.To))
	}
	return s.To.check(s.Action == PlanKeep)
}

// check returns what is wrong with what will be. A pack that stays may be of unknown
// origin.
func (t *PlanState) check(kept bool) error {
	if t.Version.IsZero() {
		return fmt.Errorf("a version is missing")
	}
	for what, d := range map[string]pack.Digest{"tree": t.Tree, "tree of the pin": t.Pin.TreeDigest} {
		if got, err := pack.ParseDigest(string(d)); (err != nil || got != d) && !kept {
			return fmt.Errorf("the digest of the %s is missing or malformed", what)
		}
	}
	pin := t.Pin
	switch {
	case kept:
		return nil
	case pin.Scheme == "" || pin.Location == "":
		return fmt.Errorf("its origin is missing")
	case pin != pin.WithoutQuery():
		return fmt.Errorf("its origin has a query")
	case pin.Subdir != "" && (path.IsAbs(pin.Subdir) || path.Clean(pin.Subdir) != pin.Subdir || strings.HasPrefix(pin.Subdir, "..")):
		return fmt.Errorf("subdirectory %.80q does not lie in the pack", pin.Subdir)
	}
	return nil
}
