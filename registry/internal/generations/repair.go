package generations

import (
	"fmt"
	"strings"

	"github.com/packtrain/pack"
)

// A RepairError says that an operation of an earlier process can be neither
// finished nor undone for now. Other packs are not affected. It matches
// [pack.ErrStore].
type RepairError struct {
	// Operation is the ID of the operation.
	Operation string
	// Refs are its packs, none when they are not known.
	Refs []pack.Ref
	Err  error
}

// Error names the packs and the cause.
func (e *RepairError) Error() string {
	refs := make([]string, len(e.Refs))
	for i, ref := range e.Refs {
		refs[i] = ref.String()
	}
	packs := "packs " + strings.Join(refs, ", ") + " need repair"
	switch len(refs) {
	case 0:
		packs = "a pack needs repair"
	case 1:
		packs = "pack " + refs[0] + " needs repair"
	}
	return fmt.Sprintf("%s: operation %s is unfinished and is settled once this is solved: %v", packs, e.Operation, e.Err)
}

// Unwrap returns the cause and [pack.ErrStore].
func (e *RepairError) Unwrap() []error { return []error{e.Err, pack.ErrStore} }

// ErrorCode implements [pack.Coder]. It is the code of the cause, which says
// whether trying again helps.
func (e *RepairError) ErrorCode() pack.Code {
	if code := pack.CodeOf(e.Err); code != "" {
		return code
	}
	return pack.CodeStoreCorrupt
}
