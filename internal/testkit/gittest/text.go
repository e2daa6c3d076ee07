package gittest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing/fstest"
)

// TextPack returns 54 files of 156 kB of text of a small vocabulary, so that it
// compresses as text does.
func TextPack(seed uint64) fstest.MapFS {
	random := rand.New(rand.NewPCG(seed, seed))
	words := []string{"name", "description", "runner_type", "python-script", "parameters", "required", "true", "\n  ", "enabled: ", "string"}
	content := fstest.MapFS{}
	for i := range 54 {
		var text bytes.Buffer
		for text.Len() < 156_000/54 {
			fmt.Fprintf(&text, "%s%x ", words[random.IntN(len(words))], random.IntN(1<<12))
		}
		content[fmt.Sprintf("dir%d/file%d.yaml", i/10, i)] = &fstest.MapFile{Data: text.Bytes()}
	}
	return content
}
