package api

import (
	_ "embed"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/packtrain/pack/examples/packd/wire"
)

//go:embed operations.md
var operationsFile string

// An operationText is what operations.md says of an operation: a description, and the
// body of a request as an example, nil for none.
type operationText struct {
	description string
	example     json.RawMessage
}

var (
	exampleBlock = regexp.MustCompile("(?s)```json\\n(.*?)\\n```")
	sectionTitle = regexp.MustCompile(`(?m)^## (.*)$`)
)

// operationOrder returns the IDs of the operations in the order of operations.md.
func operationOrder() (ids []string) {
	for _, title := range sectionTitle.FindAllStringSubmatch(operationsFile, -1) {
		ids = append(ids, title[1])
	}
	return ids
}

// operationTexts returns what operations.md says, by the IDs of operations.
func operationTexts() map[string]operationText {
	texts := map[string]operationText{}
	bodies := sectionTitle.Split(operationsFile, -1)[1:]
	for i, id := range operationOrder() {
		body := bodies[i]
		var text operationText
		if found := exampleBlock.FindStringSubmatch(body); found != nil {
			text.example = json.RawMessage(found[1])
			body = strings.Replace(body, found[0], "", 1)
		}
		text.description = strings.Join(strings.Fields(body), " ")
		texts[id] = text
	}
	return texts
}

// describeOperations describes the operations of d.
func describeOperations(d *huma.OpenAPI) {
	texts := operationTexts()
	for _, item := range d.Paths {
		for _, op := range operationsOf(item) {
			text := texts[op.OperationID]
			op.Description = text.description
			if text.example != nil {
				op.RequestBody.Content[wire.TypeJSON].Example = text.example
			}
		}
	}
}

func operationsOf(item *huma.PathItem) []*huma.Operation {
	all := []*huma.Operation{item.Get, item.Post, item.Put, item.Delete}
	return slices.DeleteFunc(all, func(op *huma.Operation) bool { return op == nil })
}

// tagTexts are the groups of operations, in the order in which people need them.
func tagTexts() []*huma.Tag {
	return []*huma.Tag{
		{Name: "Stages", Description: "The four stages, the whole installation, and plans of it. With the header \"Prefer: respond-async\" they are done in the background."},
		{Name: "Operations", Description: "Work in the background."},
		{Name: "Packs", Description: "The installed packs, and what changes them without downloading anything."},
		{Name: "Indices", Description: "Where packs are found by name."},
		{Name: "Service", Description: "packd itself."},
	}
}

//go:embed descriptions.json
var descriptionsFile []byte

// descriptions are the documentation of the schemas by their names: of the type by "", and
// of its properties by their names. They are made of the documentation of the Go types.
type descriptions map[string]map[string]string

// describeTypes describes the schemas. It panics if the file is not JSON, which depends on
// nothing but the program.
func (s *schemas) describeTypes() {
	var all descriptions
	if err := json.Unmarshal(descriptionsFile, &all); err != nil {
		panic(err)
	}
	for name, schema := range s.byName {
		schema.Description = all[name][""]
		for property, p := range schema.Properties {
			p.Description = all[name][property]
		}
	}
}
