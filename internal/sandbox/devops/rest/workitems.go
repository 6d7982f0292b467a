package rest

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/standin"
)

// maxBatch is how many work items Azure DevOps answers at once.
const maxBatch = 200

// instant is the form of instants in JSON: UTC, with milliseconds.
const instant = "2006-01-02T15:04:05.999Z07:00"

// workItem is a work item as Azure DevOps writes it.
type workItem struct {
	ID        int            `json:"id"`
	Rev       int            `json:"rev"`
	Fields    map[string]any `json:"fields"`
	Relations []relation     `json:"relations,omitempty"`
	Links     map[string]any `json:"_links,omitempty"`
	URL       string         `json:"url"`
}

// relation is a link to another work item.
type relation struct {
	Rel        string         `json:"rel"`
	URL        string         `json:"url"`
	Attributes map[string]any `json:"attributes,omitempty"`
}

// The types of relations, seen from the work item that has them.
const (
	relParent = "System.LinkTypes.Hierarchy-Reverse"
	relChild  = "System.LinkTypes.Hierarchy-Forward"
)

// shape is how much of each work item is asked for.
type shape struct {
	fields                   []string // reference names; none for all
	withRelations, withLinks bool
}

// shapeOf reads the parameters fields and $expand, which exclude each other.
func shapeOf(fields []string, expand string) (shape, error) {
	var wanted shape
	for _, name := range fields {
		field, ok := boards.FieldNamed(strings.TrimSpace(name))
		if !ok {
			return shape{}, &boards.Refusal{Reason: boards.UnknownField, Field: name}
		}
		wanted.fields = append(wanted.fields, field.ReferenceName)
	}
	switch strings.ToLower(expand) {
	case "", "none":
	case "links":
		wanted.withLinks = true
	case "relations":
		wanted.withRelations = true
	case "fields":
	case "all":
		wanted.withRelations, wanted.withLinks = true, true
	default:
		return shape{}, errArgument("The value of $expand is not one of None, Relations, Fields, Links, All.")
	}
	if len(fields) > 0 && (wanted.withRelations || strings.EqualFold(expand, "fields")) {
		return shape{}, &problem{
			status: http.StatusBadRequest, key: "ConflictingParametersException",
			message: "The expand parameter can not be used with the fields parameter.",
		}
	}
	return wanted, nil
}

// shape reads how much is asked for from the address.
func (c *call) shape() (shape, error) {
	if c.query("asOf") != "" {
		return shape{}, errArgument("The sandbox answers for the present only, without asOf.")
	}
	return shapeOf(splitList(c.query("fields")), c.query("$expand"))
}

func splitList(list string) []string {
	return strings.FieldsFunc(list, func(c rune) bool { return c == ',' })
}

// itemURL is the address of a work item, by the id of its project.
func (c *call) itemURL(projectID string, id int) string {
	return c.base + "/" + c.organization.Name + "/" + projectID + "/_apis/wit/workItems/" + strconv.Itoa(id)
}

func (s *Server) write(c *call, item boards.WorkItem, wanted shape) workItem {
	written := workItem{
		ID: item.ID, Rev: item.Rev, URL: c.itemURL(item.ProjectID, item.ID), Fields: s.fieldsOf(c, item, wanted.fields),
	}
	if wanted.withRelations {
		written.Relations = c.relations(item)
	}
	if wanted.withLinks {
		written.Links = c.links(item)
	}
	return written
}

// fieldsOf returns the fields that have a value, all or those asked for.
func (s *Server) fieldsOf(c *call, item boards.WorkItem, wanted []string) map[string]any {
	written := map[string]any{}
	for name, value := range item.Fields {
		inAnswer := name != boards.FieldID && name != boards.FieldRev // which the work item has beside its fields
		if len(wanted) > 0 {
			inAnswer = slices.Contains(wanted, name)
		}
		if inAnswer {
			written[name] = s.fieldValue(c, name, value)
		}
	}
	return written
}

// fieldValue writes people as identities and instants as text.
func (s *Server) fieldValue(c *call, name string, value any) any {
	if at, ok := value.(time.Time); ok {
		return at.UTC().Format(instant)
	}
	field, _ := boards.FieldNamed(name)
	upn, ok := value.(string)
	if field.Kind != boards.Identity || !ok {
		return value
	}
	person, _ := s.entra.Person(upn)
	return c.identity(person)
}

// relations are the parent first and then the children, by which index a patch removes them.
func (c *call) relations(item boards.WorkItem) []relation {
	var all []relation
	if parent := item.Parent(); parent != 0 {
		all = append(all, relation{relParent, c.itemURL(item.ProjectID, parent), map[string]any{"isLocked": false, "name": "Parent"}})
	}
	for _, child := range item.Children {
		all = append(all, relation{relChild, c.itemURL(item.ProjectID, child), map[string]any{"isLocked": false, "name": "Child"}})
	}
	return all
}

func (c *call) links(item boards.WorkItem) map[string]any {
	here := c.itemURL(item.ProjectID, item.ID)
	link := func(address string) map[string]string { return map[string]string{"href": address} }
	return map[string]any{
		"self": link(here), "workItemUpdates": link(here + "/updates"), "workItemRevisions": link(here + "/revisions"),
		"html": link(c.base + "/" + c.organization.Name + "/" + item.ProjectID + "/_workitems/edit/" + strconv.Itoa(item.ID)),
	}
}

// id is the number in the address.
func (c *call) id(parameter string) (int, error) {
	id, err := strconv.Atoi(c.parameters[parameter])
	if err != nil {
		return 0, errArgument("The value '" + c.parameters[parameter] + "' is not valid for Int32.")
	}
	return id, nil
}

// find returns a work item that the caller may see, in the project of the address if there is one.
func (s *Server) find(c *call, id int) (boards.WorkItem, error) {
	item, err := s.boards.Get(c.person, c.organization.ID, id)
	if err == nil && c.project != nil && item.ProjectID != c.project.ID {
		err = &boards.Refusal{Reason: boards.NotFound, ID: id}
	}
	return item, err
}

// getWorkItems answers one work item, or those that the parameter ids names.
func (s *Server) getWorkItems(c *call) (any, error) {
	wanted, err := c.shape()
	if err != nil {
		return nil, err
	}
	if c.parameters["id"] == "" {
		var ids []int
		for _, part := range splitList(c.query("ids")) {
			id, err := strconv.Atoi(strings.TrimSpace(part))
			if err != nil {
				return nil, errArgument("The value '" + part + "' is not valid for Int32.")
			}
			ids = append(ids, id)
		}
		return s.batch(c, ids, c.query("errorPolicy"), wanted)
	}
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	item, err := s.find(c, id)
	if err != nil {
		return nil, err
	}
	return s.write(c, item, wanted), nil
}

// postBatch is the same with a body.
// https://learn.microsoft.com/rest/api/azure/devops/wit/work-items/get-work-items-batch
func (s *Server) postBatch(c *call) (any, error) {
	var body struct {
		IDs         []int    `json:"ids"`
		Fields      []string `json:"fields"`
		Expand      string   `json:"$expand"`
		ErrorPolicy string   `json:"errorPolicy"`
		AsOf        string   `json:"asOf"`
	}
	if err := c.read(&body); err != nil {
		return nil, err
	}
	if body.AsOf != "" {
		return nil, errArgument("The sandbox answers for the present only, without asOf.")
	}
	wanted, err := shapeOf(body.Fields, body.Expand)
	if err != nil {
		return nil, err
	}
	return s.batch(c, body.IDs, body.ErrorPolicy, wanted)
}

// batch answers work items in the order of their ids. What the caller may not see fails the batch, unless the error policy
// is omit: then null stands in its place.
func (s *Server) batch(c *call, ids []int, errorPolicy string, wanted shape) (any, error) {
	switch {
	case len(ids) == 0:
		return nil, errArgument("The parameter ids is missing.")
	case len(ids) > maxBatch:
		return nil, &problem{
			status: http.StatusBadRequest, key: "WorkItemPageSizeExceededException",
			message: "VS403474: You requested " + strconv.Itoa(len(ids)) + " work items which exceeds the limit of " +
				strconv.Itoa(maxBatch),
		}
	}
	found := make([]*workItem, len(ids))
	for i, id := range ids {
		item, err := s.find(c, id)
		var refusal *boards.Refusal
		if errors.As(err, &refusal) && strings.EqualFold(errorPolicy, "omit") {
			continue
		}
		if err != nil {
			return nil, err
		}
		written := s.write(c, item, wanted)
		found[i] = &written
	}
	return listOf(found), nil
}

// read decodes the body: JSON of at most standin.MaxBody bytes. Members that it doesn't know are left alone.
func (c *call) read(into any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(c.writer, c.request.Body, standin.MaxBody))
	if decoder.Decode(into) != nil {
		return &problem{
			status: http.StatusBadRequest, key: "VssPropertyValidationException",
			message: "The body of the request is not what the resource takes.",
		}
	}
	return nil
}
