package docs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"timetracker/api"
)

// What the page shows, in its order.
type (
	document struct {
		Title, Summary, Description string
		Groups                      []group
		Schemas                     []schema
	}
	group struct {
		Name, Description string
		Operations        []operation
	}
	operation struct {
		ID, Method, Path, Summary, Description string
		Parameters                             []field
		Bodies                                 []body
		Responses                              []response
	}
	body struct {
		MediaType string
		Type      valueType
	}
	response struct {
		Status, Description string
		Bodies              []body
	}
	schema struct {
		Name, Description string
		Type              valueType
		Fields            []field
	}
	field struct {
		Name, In, Description string
		Required              bool
		Type                  valueType
	}
	// valueType is a type in words. Schema, when set, is the name of the schema with more about it.
	valueType struct {
		Words, Schema string
		List          bool
	}
)

func describeDocument(spec *openapi3.T) document {
	content := document{Title: spec.Info.Title, Summary: spec.Info.Summary, Description: spec.Info.Description}
	for _, tag := range spec.Tags {
		content.Groups = append(content.Groups, describeGroup(spec, tag))
	}
	for name, ref := range spec.Components.Schemas {
		content.Schemas = append(content.Schemas, schema{
			Name: name, Description: ref.Value.Description,
			Type: describeType(&openapi3.SchemaRef{Value: ref.Value}), Fields: describeFields(ref.Value),
		})
	}
	slices.SortFunc(content.Schemas, func(a, b schema) int { return strings.Compare(a.Name, b.Name) })
	return content
}

// describeGroup shows the operations with a tag.
func describeGroup(spec *openapi3.T, tag *openapi3.Tag) group {
	shown := group{Name: tag.Name, Description: tag.Description}
	for _, path := range spec.Paths.InMatchingOrder() {
		item := spec.Paths.Value(path)
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			described := item.GetOperation(method)
			if described != nil && slices.Contains(described.Tags, tag.Name) {
				shown.Operations = append(shown.Operations, describeOperation(method, path, item, described))
			}
		}
	}
	slices.SortStableFunc(shown.Operations, func(a, b operation) int { return strings.Compare(a.Path, b.Path) })
	return shown
}

func describeOperation(method, path string, item *openapi3.PathItem, described *openapi3.Operation) operation {
	o := operation{
		ID: described.OperationID, Method: method, Path: api.Prefix + path,
		Summary: described.Summary, Description: described.Description,
	}
	for _, ref := range slices.Concat(item.Parameters, described.Parameters) {
		o.Parameters = append(o.Parameters, field{
			Name: ref.Value.Name, In: ref.Value.In, Description: ref.Value.Description,
			Required: ref.Value.Required, Type: describeType(ref.Value.Schema),
		})
	}
	if described.RequestBody != nil {
		o.Bodies = describeBodies(described.RequestBody.Value.Content)
	}
	for status, ref := range described.Responses.Map() {
		shown := response{Status: status, Bodies: describeBodies(ref.Value.Content)}
		if ref.Value.Description != nil {
			shown.Description = *ref.Value.Description
		}
		o.Responses = append(o.Responses, shown)
	}
	slices.SortFunc(o.Responses, func(a, b response) int { return strings.Compare(a.Status, b.Status) })
	return o
}

func describeBodies(content openapi3.Content) []body {
	var bodies []body
	for mediaType, described := range content {
		bodies = append(bodies, body{MediaType: mediaType, Type: describeType(described.Schema)})
	}
	slices.SortFunc(bodies, func(a, b body) int { return strings.Compare(a.MediaType, b.MediaType) })
	return bodies
}

// describeFields shows the required fields first.
func describeFields(described *openapi3.Schema) []field {
	var fields []field
	for name, ref := range described.Properties {
		fields = append(fields, field{
			Name: name, Description: ref.Value.Description, Required: slices.Contains(described.Required, name),
			Type: describeType(ref),
		})
	}
	slices.SortFunc(fields, func(a, b field) int {
		if a.Required != b.Required {
			if a.Required {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return fields
}

// describeType puts a schema's type and bounds into words.
func describeType(ref *openapi3.SchemaRef) valueType {
	if name, ok := strings.CutPrefix(ref.Ref, "#/components/schemas/"); ok {
		return valueType{Schema: name}
	}
	described := ref.Value
	if described.Items != nil {
		items := describeType(described.Items)
		items.List = true
		return items
	}
	words := []string{strings.Join(described.Type.Slice(), " or ")}
	if described.Format != "" {
		words[0] += " (" + described.Format + ")"
	}
	if len(described.Enum) > 0 {
		words = append(words, "one of "+joinValues(described.Enum))
	}
	if described.MinLength > 0 && described.MaxLength != nil {
		words = append(words, fmt.Sprintf("%d to %d characters", described.MinLength, *described.MaxLength))
	} else if described.MaxLength != nil {
		words = append(words, fmt.Sprintf("at most %d characters", *described.MaxLength))
	}
	if described.Min != nil && described.Max != nil {
		words = append(words, fmt.Sprintf("%v to %v", *described.Min, *described.Max))
	}
	if described.Default != nil {
		words = append(words, fmt.Sprintf("default %v", described.Default))
	}
	return valueType{Words: strings.Join(words, ", ")}
}

func joinValues(values []any) string {
	words := make([]string, len(values))
	for i, value := range values {
		words[i] = fmt.Sprint(value)
	}
	return strings.Join(words, ", ")
}
