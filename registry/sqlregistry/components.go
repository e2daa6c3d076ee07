package sqlregistry

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

const (
	insertComponents = `INSERT INTO packtrain_components (pack_id, position, root_id, kind, ref, name, file, document) VALUES `
	selectOwner      = `SELECT p.ref FROM packtrain_components c JOIN packtrain_packs p ON p.id = c.pack_id WHERE c.root_id = ? AND c.kind = ? AND c.ref = ?`
)

// insertComponents inserts many rows with one statement.
func (c *change) insertComponents(ctx context.Context, id int64, a *registry.Activation) error {
	const columns, most = 8, 500
	for start := 0; start < len(a.Components); start += most {
		rows := a.Components[start:min(start+most, len(a.Components))]
		args := make([]any, 0, columns*len(rows))
		for i := range rows {
			row := &rows[i]
			args = append(args, id, start+i, c.root, string(row.Kind), row.Ref.String(), plainText(row.Name), plainText(row.File), asJSON(row))
		}
		values := strings.Repeat(", (?, ?, ?, ?, ?, ?, ?, ?)", len(rows))[2:]
		n, err := c.exec(ctx, insertComponents+values+` ON CONFLICT (root_id, kind, ref) DO NOTHING`, args...)
		if err != nil {
			return err
		}
		if n < int64(len(rows)) {
			return c.taken(ctx, a)
		}
	}
	return nil
}

// taken returns an error that names the component of a whose ref is in use.
func (c *change) taken(ctx context.Context, a *registry.Activation) error {
	type key struct {
		kind pack.Kind
		ref  pack.ComponentRef
	}
	seen := map[key]bool{}
	for i := range a.Components {
		k := key{a.Components[i].Kind, a.Components[i].Ref}
		var owner string
		err := c.row(ctx, selectOwner, c.root, string(k.kind), k.ref.String()).Scan(&owner)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if err == nil && owner != a.Ref.String() {
			return pack.Errorf(pack.CodeConflict, "%s %q of pack %s belongs to pack %s", k.kind, k.ref, a.Ref, owner)
		}
		if seen[k] {
			return pack.Errorf(pack.CodeConflict, "duplicate %s %q in pack %s", k.kind, k.ref, a.Ref)
		}
		seen[k] = true
	}
	return pack.Errorf(pack.CodeConflict, "a component of pack %s has a ref that is in use", a.Ref)
}

// plainText returns s without the characters that some databases refuse in text. The
// document of the component has all of them.
func plainText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
}
