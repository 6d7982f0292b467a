package rest

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"timetracker/internal/sandbox/devops/boards"
)

// endless is until when the latest revision holds, as Azure DevOps writes it.
const endless = "9999-01-01T00:00:00Z"

// revisions answers all revisions of a work item, or one.
func (s *Server) revisions(c *call) (any, error) {
	wanted, err := c.shape()
	if err != nil {
		return nil, err
	}
	all, err := s.history(c)
	if err != nil {
		return nil, err
	}
	if c.parameters["revisionNumber"] != "" {
		at, err := c.nth("revisionNumber", len(all))
		if err != nil {
			return nil, err
		}
		return s.write(c, all[at], wanted), nil
	}
	written := []workItem{}
	for _, item := range all {
		written = append(written, s.write(c, item, wanted))
	}
	return page(c, written)
}

// update says what one revision changed.
type update struct {
	ID          int               `json:"id"`
	WorkItemID  int               `json:"workItemId"`
	Rev         int               `json:"rev"`
	RevisedBy   identity          `json:"revisedBy"`
	RevisedDate string            `json:"revisedDate"` // until when the revision held
	Fields      map[string]change `json:"fields,omitempty"`
	Relations   *relationChange   `json:"relations,omitempty"`
	URL         string            `json:"url"`
}

type change struct {
	OldValue any `json:"oldValue,omitempty"`
	NewValue any `json:"newValue,omitempty"`
}

type relationChange struct {
	Added   []relation `json:"added,omitempty"`
	Removed []relation `json:"removed,omitempty"`
}

// updates answers what each revision of a work item changed, or one did.
func (s *Server) updates(c *call) (any, error) {
	all, err := s.history(c)
	if err != nil {
		return nil, err
	}
	if c.parameters["updateNumber"] != "" {
		at, err := c.nth("updateNumber", len(all))
		if err != nil {
			return nil, err
		}
		return s.update(c, all, at), nil
	}
	written := []update{}
	for at := range all {
		written = append(written, s.update(c, all, at))
	}
	return page(c, written)
}

func (s *Server) history(c *call) ([]boards.WorkItem, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	if _, err := s.find(c, id); err != nil {
		return nil, err
	}
	return s.boards.Revisions(c.person, c.organization.ID, id)
}

// nth is the index of the number in the address, which counts from 1.
func (c *call) nth(parameter string, count int) (int, error) {
	number, err := c.id(parameter)
	if err != nil {
		return 0, err
	}
	if number < 1 || number > count {
		return 0, &problem{
			status: http.StatusNotFound, key: "WorkItemIdRevisionNotFoundException",
			message: "The work item has no revision " + strconv.Itoa(number) + ".",
		}
	}
	return number - 1, nil
}

func (s *Server) update(c *call, all []boards.WorkItem, at int) update {
	item, before := all[at], boards.WorkItem{}
	if at > 0 {
		before = all[at-1]
	}
	by, _ := item.Fields[boards.FieldChangedBy].(string)
	person, _ := s.entra.Person(by)
	written := update{
		ID: at + 1, WorkItemID: item.ID, Rev: item.Rev, RevisedBy: c.identity(person), RevisedDate: endless,
		Fields: map[string]change{}, URL: c.itemURL(item.ProjectID, item.ID) + "/updates/" + strconv.Itoa(at+1),
	}
	if at+1 < len(all) {
		if next, ok := all[at+1].Fields[boards.FieldChangedDate].(time.Time); ok {
			written.RevisedDate = next.Format(instant)
		}
	}
	for _, field := range boards.Fields() {
		name := field.ReferenceName
		if was, is := before.Fields[name], item.Fields[name]; was != is {
			written.Fields[name] = change{s.fieldValue(c, name, was), s.fieldValue(c, name, is)}
		}
	}
	written.Relations = c.relationChange(before, item)
	return written
}

// relationChange compares the parent only: another work item's parent is a change of that one.
func (c *call) relationChange(before, after boards.WorkItem) *relationChange {
	parents := func(item boards.WorkItem) []relation {
		item.Children = nil
		return slices.Clone(c.relations(item))
	}
	switch was, is := before.Parent(), after.Parent(); {
	case was == is:
		return nil
	case is == 0:
		return &relationChange{Removed: parents(before)}
	default:
		return &relationChange{Added: parents(after)}
	}
}

// page cuts a list by $skip and $top.
func page[T any](c *call, all []T) (any, error) {
	skip, top := 0, len(all)
	for name, into := range map[string]*int{"$skip": &skip, "$top": &top} {
		if given := c.query(name); given != "" {
			number, err := strconv.Atoi(given)
			if err != nil || number < 0 {
				return nil, errArgument("The value of " + name + " must be a number.")
			}
			*into = number
		}
	}
	skip = min(skip, len(all))
	return listOf(all[skip:min(skip+top, len(all))]), nil
}
