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
	insertMention    = `INSERT INTO packtrain_mentions (pack_id, ref) VALUES (?, ?)`
	selectOwner      = `SELECT p.ref FROM packtrain_components c JOIN packtrain_packs p ON p.id = c.pack_id WHERE c.root_id = ? AND c.kind = ? AND c.ref = ?`
)

// insertComponents inserts the components of a, and the packs whose components these may
// name.
func (c *change) insertComponents(ctx context.Context, id int64, a *registry.Activation) error {
	documents, err := a.Encoded()
	if err != nil {
		return err
	}
	list, err := documents.List()
	if err != nil {
		return err
	}
	if err := c.insertDocuments(ctx, id, a.Ref, list); err != nil {
		return err
	}
	for _, ref := range documents.Mentions() {
		if ref == a.Ref {
			continue
		}
		if _, err := c.exec(ctx, insertMention, id, ref.String()); err != nil {
			return err
		}
	}
	return nil
}

// insertDocuments inserts many rows with one statement.
func (c *change) insertDocuments(ctx context.Context, id int64, ref pack.Ref, list []registry.Document) error {
	const columns, most = 8, 500
	for start := 0; start < len(list); start += most {
		rows := list[start:min(start+most, len(list))]
		args := make([]any, 0, columns*len(rows))
		for i := range rows {
			row := &rows[i]
			args = append(args, id, start+i, c.root, string(row.Kind), row.Ref.String(), plainText(row.Name), plainText(row.File), string(row.JSON))
		}
		values := strings.Repeat(", (?, ?, ?, ?, ?, ?, ?, ?)", len(rows))[2:]
		n, err := c.exec(ctx, insertComponents+values+` ON CONFLICT (root_id, kind, ref) DO NOTHING`, args...)
		if err != nil {
			return err
		}
		if n < int64(len(rows)) {
			return c.taken(ctx, ref, list)
		}
	}
	return nil
}

// taken returns an error that names the component of a pack whose ref is in use.
func (c *change) taken(ctx context.Context, of pack.Ref, list []registry.Document) error {
	type key struct {
		kind pack.Kind
		ref  pack.ComponentRef
	}
	seen := map[key]bool{}
	for i := range list {
		k := key{list[i].Kind, list[i].Ref}
		var owner string
		err := c.row(ctx, selectOwner, c.root, string(k.kind), k.ref.String()).Scan(&owner)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if err == nil && owner != of.String() {
			return pack.Errorf(pack.CodeConflict, "%s %q of pack %s belongs to pack %s", k.kind, k.ref, of, owner)
		}
		if seen[k] {
			return pack.Errorf(pack.CodeConflict, "duplicate %s %q in pack %s", k.kind, k.ref, of)
		}
		seen[k] = true
	}
	return pack.Errorf(pack.CodeConflict, "a component of pack %s has a ref that is in use", of)
}

// plainText returns s without the characters that some databases refuse in text. The
// document of the component has all of them.
func plainText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
}
