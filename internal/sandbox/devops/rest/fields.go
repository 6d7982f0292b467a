package rest

import (
	"net/http"
	"slices"

	"timetracker/internal/sandbox/devops/boards"
)

// field is the definition of a field.
type field struct {
	Name          string `json:"name"`
	ReferenceName string `json:"referenceName"`
	Type          string `json:"type"`
	Usage         string `json:"usage"`
	ReadOnly      bool   `json:"readOnly"`
	IsIdentity    bool   `json:"isIdentity"`
	CanSortBy     bool   `json:"canSortBy"`
	IsQueryable   bool   `json:"isQueryable"`
	URL           string `json:"url"`
}

func (c *call) field(f boards.Field) field {
	kind := string(f.Kind)
	if f.Kind == boards.Identity {
		kind = string(boards.String)
	}
	return field{
		Name: f.Name, ReferenceName: f.ReferenceName, Type: kind, Usage: "workItem", ReadOnly: f.ReadOnly,
		IsIdentity: f.Kind == boards.Identity, CanSortBy: f.Kind != boards.HTML, IsQueryable: true, URL: c.fieldURL(f),
	}
}

func (c *call) fieldURL(f boards.Field) string {
	return c.base + "/" + c.organization.Name + "/_apis/wit/fields/" + f.ReferenceName
}

// fields lists the fields, or answers one by its name or reference name.
func (s *Server) fields(c *call) (any, error) {
	if name := c.parameters["fieldNameOrRefName"]; name != "" {
		found, ok := boards.FieldNamed(name)
		if !ok {
			return nil, &problem{
				status: http.StatusNotFound, key: "WorkItemTrackingFieldDefinitionNotFoundException",
				message: "TF51535: Cannot find field " + name + ".",
			}
		}
		return c.field(found), nil
	}
	all := []field{}
	for _, f := range boards.Fields() {
		all = append(all, c.field(f))
	}
	return listOf(all), nil
}

// itemType is a type of work items.
type itemType struct {
	Name          string                  `json:"name"`
	ReferenceName string                  `json:"referenceName"`
	Color         string                  `json:"color"`
	IsDisabled    bool                    `json:"isDisabled"`
	States        []state                 `json:"states"`
	Transitions   map[string][]transition `json:"transitions"` // from each state; from the empty one come new work items
	Fields        []fieldOfType           `json:"fields"`
	URL           string                  `json:"url"`
}

type state struct {
	Name     string `json:"name"`
	Color    string `json:"color"`
	Category string `json:"category"`
}

type transition struct {
	To string `json:"to"`
}

type fieldOfType struct {
	Name           string `json:"name"`
	ReferenceName  string `json:"referenceName"`
	AlwaysRequired bool   `json:"alwaysRequired"`
	URL            string `json:"url"`
}

func (c *call) itemType(kind boards.Type) itemType {
	written := itemType{
		Name: kind.Name, ReferenceName: kind.ReferenceName, Color: kind.Color, States: statesOf(kind),
		Transitions: map[string][]transition{"": {{kind.States[0].Name}}},
		URL:         c.base + "/" + c.organization.Name + "/" + c.project.ID + "/_apis/wit/workItemTypes/" + kind.Name,
	}
	for _, from := range kind.States {
		for _, to := range kind.States {
			if from != to {
				written.Transitions[from.Name] = append(written.Transitions[from.Name], transition{to.Name})
			}
		}
	}
	required := []string{boards.FieldTitle, boards.FieldState}
	for _, f := range boards.Fields() {
		if kind.HasField(f.ReferenceName) {
			written.Fields = append(written.Fields, fieldOfType{
				f.Name, f.ReferenceName, slices.Contains(required, f.ReferenceName), c.fieldURL(f),
			})
		}
	}
	return written
}

func statesOf(kind boards.Type) []state {
	var all []state
	for _, each := range kind.States {
		all = append(all, state{each.Name, each.Color, each.Category})
	}
	return all
}

// itemTypes lists the types of a project, or answers one.
func (s *Server) itemTypes(c *call) (any, error) {
	if c.project == nil {
		return nil, errNoProject("")
	}
	if name := c.parameters["type"]; name != "" {
		kind, ok := boards.TypeNamed(name)
		if !ok {
			return nil, &boards.Refusal{Reason: boards.UnknownType, Value: name}
		}
		return c.itemType(kind), nil
	}
	all := []itemType{}
	for _, kind := range boards.Types() {
		all = append(all, c.itemType(kind))
	}
	return listOf(all), nil
}

// states lists the states of a type.
func (s *Server) states(c *call) (any, error) {
	kind, ok := boards.TypeNamed(c.parameters["type"])
	if !ok {
		return nil, &boards.Refusal{Reason: boards.UnknownType, Value: c.parameters["type"]}
	}
	return listOf(statesOf(kind)), nil
}
