package registry

import "context"

// OpenFaulty is [Open] with a fault that is asked before each step that changes
// the root, and takes its place when it returns an error.
func OpenFaulty(ctx context.Context, c Config, fault func(step string) error) (*Store, error) {
	return open(ctx, c, fault)
}
