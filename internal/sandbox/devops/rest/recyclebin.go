package rest

import (
	"slices"
	"strconv"
	"strings"

	"timetracker/internal/sandbox/devops/boards"
)

// deletedItem is a work item in the recycle bin.
// https://learn.microsoft.com/rest/api/azure/devops/wit/recyclebin
type deletedItem struct {
	ID          int       `json:"id"`
	Type        string    `json:"type,omitempty"`
	Name        string    `json:"name,omitempty"` // its title
	Project     string    `json:"project,omitempty"`
	DeletedDate string    `json:"deletedDate,omitempty"`
	DeletedBy   string    `json:"deletedBy,omitempty"`
	Code        int       `json:"code,omitempty"`
	URL         string    `json:"url"`
	Resource    *workItem `json:"resource,omitempty"`
}

func (s *Server) deleted(c *call, item boards.WorkItem, withResource bool) deletedItem {
	title, _ := item.Fields[boards.FieldTitle].(string)
	kind, _ := item.Fields[boards.FieldType].(string)
	written := deletedItem{
		ID: item.ID, Type: kind, Name: title, Project: item.Project, Code: 200,
		URL: c.base + "/" + c.organization.Name + "/" + item.ProjectID + "/_apis/wit/recyclebin/" + strconv.Itoa(item.ID),
	}
	if item.Deletion != nil {
		person, _ := s.entra.Person(item.Deletion.By)
		written.DeletedBy = person.Name + " <" + person.Email + ">"
		written.DeletedDate = item.Deletion.At.Format(instant)
	}
	if withResource {
		resource := s.write(c, item, shape{})
		written.Resource = &resource
	}
	return written
}

// deleteWorkItem puts a work item into the recycle bin, or removes it for ever if the address says destroy.
func (s *Server) deleteWorkItem(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	if _, err := s.find(c, id); err != nil {
		return nil, err
	}
	item, err := s.boards.Delete(c.person, c.organization.ID, id)
	if err != nil {
		return nil, err
	}
	if strings.EqualFold(c.query("destroy"), "true") {
		return nil, s.boards.Destroy(c.person, c.organization.ID, id)
	}
	return s.deleted(c, item, true), nil
}

// recycleBin answers one deleted work item, those that the parameter ids names, or the ids of all.
func (s *Server) recycleBin(c *call) (any, error) {
	all := slices.DeleteFunc(s.boards.Deleted(c.person, c.organization.ID), func(i boards.WorkItem) bool {
		return c.project != nil && i.ProjectID != c.project.ID
	})
	if c.parameters["id"] != "" {
		id, err := c.id("id")
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(all, func(i boards.WorkItem) bool { return i.ID == id })
		if at < 0 {
			return nil, &boards.Refusal{Reason: boards.NotFound, ID: id}
		}
		return s.deleted(c, all[at], true), nil
	}
	ids := splitList(c.query("ids"))
	written := []deletedItem{}
	for _, item := range all {
		full := s.deleted(c, item, false)
		if len(ids) == 0 {
			written = append(written, deletedItem{ID: item.ID, URL: full.URL})
		} else if slices.Contains(ids, strconv.Itoa(item.ID)) {
			written = append(written, full)
		}
	}
	return listOf(written), nil
}

// restoreWorkItem takes a work item out of the recycle bin.
func (s *Server) restoreWorkItem(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	var body struct {
		IsDeleted *bool `json:"isDeleted"`
	}
	if err := c.read(&body); err != nil {
		return nil, err
	}
	if body.IsDeleted == nil || *body.IsDeleted {
		return nil, &boards.Refusal{Reason: boards.NotDeleted, ID: id}
	}
	item, err := s.boards.Restore(c.person, c.organization.ID, id)
	if err != nil {
		return nil, err
	}
	return s.deleted(c, item, true), nil
}

// destroyWorkItem removes a work item from the recycle bin for ever.
func (s *Server) destroyWorkItem(c *call) (any, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	return nil, s.boards.Destroy(c.person, c.organization.ID, id)
}
