package pack

import (
	"fmt"
	"strings"
)

// An ItemError is the failure of one item of a batch.
type ItemError struct {
	// Spec is the input as given: a spec or a path.
	Spec string
	// Ref of the pack, when it is known.
	Ref Ref
	// Stage in which the item failed.
	Stage Stage
	Err   error
}

// Error names the item, the stage and the cause.
func (e *ItemError) Error() string {
	if e.Stage == "" {
		return fmt.Sprintf("%s: %v", e.Spec, e.Err)
	}
	return fmt.Sprintf("%s: %s: %v", e.Spec, e.Stage, e.Err)
}

// Unwrap returns the cause.
func (e *ItemError) Unwrap() error { return e.Err }

// A BatchError says which items of a batch failed; the report that comes with
// it tells the outcome of all. errors.Is and errors.As look into every item.
type BatchError struct {
	Items []*ItemError // in input order, never empty
}

// NewBatchError returns a [*BatchError] with the items that are not nil, or nil
// when there is none.
func NewBatchError(items []*ItemError) error {
	var failed []*ItemError
	for _, it := range items {
		if it != nil {
			failed = append(failed, it)
		}
	}
	if len(failed) == 0 {
		return nil
	}
	return &BatchError{Items: failed}
}

// Error lists the failed items.
func (e *BatchError) Error() string {
	if len(e.Items) == 1 {
		return e.Items[0].Error()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d packs failed:", len(e.Items))
	for _, it := range e.Items {
		fmt.Fprintf(&b, "\n- %v", it)
	}
	return b.String()
}

// Unwrap returns the items.
func (e *BatchError) Unwrap() []error {
	errs := make([]error, len(e.Items))
	for i, it := range e.Items {
		errs[i] = it
	}
	return errs
}
