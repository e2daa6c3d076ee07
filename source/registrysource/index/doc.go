// Package index makes registry indices, for those who publish packs.
//
//	data := &bytes.Buffer{}
//	err := index.Archive(data, os.DirFS("slack"), "slack-1.2.0") // the same bytes everywhere
//	...
//	entry := index.NewEntry(loaded, index.ArchiveSource("slack-1.2.0.tar.gz", data.Bytes()))
//	err = index.Update(ctx, "index.json", time.Now(), func(d *index.Document) error { return d.Add(entry) })
//
// The format is that of package registrysource, which reads indices: it judges entries
// when they are asked for. [Update] changes a file as a whole, one process at a time;
// readers find the old or the new document. What other programs wrote into the document
// or its entries stays.
package index
