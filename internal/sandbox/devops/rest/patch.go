package rest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"timetracker/internal/sandbox/devops/boards"
)

// operation is one step of a JSON Patch (RFC 6902) of a work item.
// https://learn.microsoft.com/rest/api/azure/devops/wit/work-items/update
type operation struct {
	Op    string          `json:"op"`
	Path  string          `json:"path"`
	From  string          `json:"from"`
	Value json.RawMessage `json:"value"`
}

// updateWorkItem patches a work item: all steps, or none.
func (s *Server) updateWorkItem(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	steps, wanted, err := c.patch()
	if err != nil {
		return nil, err
	}
	if _, err := s.find(c, id); err != nil {
		return nil, err
	}
	item, err := s.boards.Update(c.person, c.organization.ID, id, func(now boards.WorkItem) (boards.Edit, error) {
		return s.edit(c, now, steps)
	})
	if err != nil {
		return nil, err
	}
	return s.write(c, item, wanted), nil
}

// createWorkItem makes a work item of the type in the address.
func (s *Server) createWorkItem(c *call) (any, error) {
	steps, wanted, err := c.patch()
	if err != nil {
		return nil, err
	}
	if c.project == nil {
		return nil, errNoProject("")
	}
	edit, err := s.edit(c, boards.WorkItem{ProjectID: c.project.ID}, steps)
	if err != nil {
		return nil, err
	}
	item, err := s.boards.Create(c.person, c.project.ID, c.parameters["type"], edit)
	if err != nil {
		return nil, err
	}
	return s.write(c, item, wanted), nil
}

// patch reads the steps, and how much of the work item is to be answered.
func (c *call) patch() ([]operation, shape, error) {
	const patchType = "application/json-patch+json"
	if given, _, err := mime.ParseMediaType(c.request.Header.Get("Content-Type")); err != nil || given != patchType {
		return nil, shape{}, &problem{
			status: http.StatusUnsupportedMediaType, key: "VssRequestContentTypeNotSupportedException",
			message: "Valid content types for this method are: " + patchType + ".",
		}
	}
	if strings.EqualFold(c.query("bypassRules"), "true") {
		return nil, shape{}, &problem{
			status: http.StatusForbidden, key: "WorkItemUnauthorizedAdminPermissionRequiredException",
			message: "VS402340: The current user may not bypass the rules of work items.",
		}
	}
	wanted, err := c.shape()
	if err != nil {
		return nil, shape{}, err
	}
	var steps []operation
	if err := c.read(&steps); err != nil || len(steps) == 0 {
		return nil, shape{}, errPatch("You must pass a valid patch document in the body of the request.")
	}
	return steps, wanted, nil
}

func errPatch(message string) *problem {
	return &problem{status: http.StatusBadRequest, key: "VssPropertyValidationException", message: message}
}

// edit makes one edit of the steps, whose tests hold for the work item as it is now.
func (s *Server) edit(c *call, now boards.WorkItem, steps []operation) (boards.Edit, error) {
	edit := boards.Edit{Fields: map[string]any{}, ValidateOnly: strings.EqualFold(c.query("validateOnly"), "true")}
	for _, step := range steps {
		if err := s.take(c, now, step, &edit); err != nil {
			return boards.Edit{}, err
		}
	}
	return edit, nil
}

// take adds one step to an edit.
func (s *Server) take(c *call, now boards.WorkItem, step operation, edit *boards.Edit) error {
	kind, name, _ := strings.Cut(strings.TrimPrefix(step.Path, "/"), "/")
	op := strings.ToLower(step.Op)
	value, err := step.value()
	if err != nil {
		return err
	}
	if op == "remove" && value != nil {
		return errPatch("Remove requires Value to be null.")
	}
	changes := op == "add" || op == "replace" || op == "remove"
	switch {
	case op == "test" && kind == "rev" && name == "":
		return testOf(step.Path, now.Rev, value)
	case kind == "fields" && (op == "test" || changes):
		field, ok := boards.FieldNamed(name)
		if !ok {
			return &boards.Refusal{Reason: boards.UnknownField, ID: now.ID, Field: name}
		}
		if op == "test" {
			return testOf(step.Path, s.fieldValue(c, field.ReferenceName, now.Fields[field.ReferenceName]), value)
		}
		edit.Fields[field.ReferenceName] = value
		return nil
	case kind == "relations" && op == "add" && name == "-":
		return addRelation(value, edit)
	case kind == "relations" && op == "remove":
		return removeRelation(now, name, edit)
	default:
		return &problem{
			status: http.StatusBadRequest, key: "PatchOperationFailedException",
			message: fmt.Sprintf("The operation %q can't be done at %q.", step.Op, step.Path),
		}
	}
}

// value decodes the value; numbers keep the digits that they were written with.
func (o operation) value() (any, error) {
	if len(o.Value) == 0 {
		return nil, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(o.Value))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, errPatch("You must pass a valid patch document in the body of the request.")
	}
	return value, nil
}

// testOf compares what a work item has with what a client expects. Numbers and texts are compared as they are written.
func testOf(path string, is, expected any) error {
	if fmt.Sprint(is) == fmt.Sprint(expected) || reflect.DeepEqual(is, expected) {
		return nil
	}
	if number, ok := is.(float64); ok {
		if given, err := strconv.ParseFloat(fmt.Sprint(expected), 64); err == nil && given == number {
			return nil
		}
	}
	return &problem{
		status: http.StatusPreconditionFailed, key: "TestPatchOperationFailedException",
		message: fmt.Sprintf("VS403351: Test Operation for path %s failed, value %v was not equal to test value %v.", path, is, expected),
	}
}

// addRelation takes a link to a parent or to a child, whose number ends its address.
func addRelation(value any, edit *boards.Edit) error {
	given, _ := value.(map[string]any)
	rel, _ := given["rel"].(string)
	address, _ := given["url"].(string)
	id, err := strconv.Atoi(address[strings.LastIndexByte(address, '/')+1:])
	switch {
	case err != nil:
		return &boards.Refusal{Reason: boards.BadLink, Value: address}
	case rel == relParent && edit.Parent == nil:
		edit.Parent = &id
	case rel == relParent:
		return &boards.Refusal{Reason: boards.SecondParent, ID: id}
	case rel == relChild:
		edit.AddChildren = append(edit.AddChildren, id)
	default:
		return &boards.Refusal{Reason: boards.BadLink, Value: rel}
	}
	return nil
}

// removeRelation takes away a relation by its index, which all steps count in the work item as it is now.
func removeRelation(now boards.WorkItem, index string, edit *boards.Edit) error {
	at, err := strconv.Atoi(index)
	if err == nil && now.Parent() != 0 {
		if at == 0 {
			none := 0
			edit.Parent = &none
			return nil
		}
		at--
	}
	if err != nil || at < 0 || at >= len(now.Children) {
		return &boards.Refusal{Reason: boards.BadLink, ID: now.ID, Value: index}
	}
	edit.RemoveChildren = append(edit.RemoveChildren, now.Children[at])
	return nil
}
