package devops

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// The fields of a work item, by Azure DevOps' reference names. Work is in hours.
// https://learn.microsoft.com/azure/devops/boards/work-items/guidance/work-item-field
const (
	FieldProject       = "System.TeamProject" // its name; another one moves the work item
	FieldType          = "System.WorkItemType"
	FieldTitle         = "System.Title"
	FieldState         = "System.State"
	FieldAssignedTo    = "System.AssignedTo" // a user principal name
	FieldParent        = "System.Parent"
	FieldCompletedWork = "Microsoft.VSTS.Scheduling.CompletedWork"
	FieldRemainingWork = "Microsoft.VSTS.Scheduling.RemainingWork"
)

// WorkItem is one work item. Ids are unique over both organizations.
type WorkItem struct {
	ID           int            `json:"id"`
	Rev          int            `json:"rev"`
	Organization string         `json:"organization"`
	Project      string         `json:"project"`
	Fields       map[string]any `json:"fields"` // string, float64 (hours) or, for FieldParent, int
}

func (i WorkItem) clone() WorkItem {
	i.Fields = maps.Clone(i.Fields)
	return i
}

// WorkItems holds organizations, projects and work items in memory and returns copies. Safe for concurrent use.
type WorkItems struct {
	mu            sync.RWMutex
	organizations []Organization
	items         map[int]WorkItem
}

// NewWorkItems returns the work items that are there at every start. Contoso's begin with 101, Fabrikam's with 201.
func NewWorkItems() *WorkItems {
	items := make(map[int]WorkItem)
	for _, seed := range seeds() {
		items[seed.id] = seed.workItem()
	}
	return &WorkItems{organizations: Organizations(), items: items}
}

// List returns an organization's work items by id.
func (s *WorkItems) List(organization string) []WorkItem {
	s.mu.RLock()
	defer s.mu.RUnlock()
	found := []WorkItem{}
	for _, item := range s.items {
		if item.Organization == organization {
			found = append(found, item.clone())
		}
	}
	slices.SortFunc(found, func(a, b WorkItem) int { return cmp.Compare(a.ID, b.ID) })
	return found
}

// Get returns one work item.
func (s *WorkItems) Get(id int) (WorkItem, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	item, ok := s.items[id]
	return item.clone(), ok
}

// Update sets fields of a work item; a nil value clears one. It reports whether the item exists, and changes nothing if
// a value is invalid.
func (s *WorkItems) Update(id int, fields map[string]any) (item WorkItem, found bool, err error) {
	if err := checkFields(fields); err != nil {
		return WorkItem{}, false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	item, found = s.items[id]
	if !found {
		return WorkItem{}, false, nil
	}
	item = item.clone()
	if project, moves := fields[FieldProject].(string); moves {
		if !s.projectExists(item.Organization, project) {
			return WorkItem{}, true, noSuchProject(item.Organization, project)
		}
		item.Project = project
	}
	setFields(item.Fields, fields)
	item.Rev++
	s.items[id] = item
	return item.clone(), true, nil
}

// Create adds a work item with the next free id. FieldType and FieldTitle are required.
func (s *WorkItems) Create(organization, project string, fields map[string]any) (WorkItem, error) {
	if err := checkFields(fields); err != nil {
		return WorkItem{}, err
	}
	for _, name := range []string{FieldType, FieldTitle} {
		if fields[name] == nil {
			return WorkItem{}, fmt.Errorf("%s is missing", name)
		}
	}
	if fields[FieldProject] != nil {
		return WorkItem{}, fmt.Errorf("%s is not a field of a new work item", FieldProject)
	}
	item := WorkItem{
		Rev: 1, Organization: organization, Project: project, Fields: map[string]any{FieldState: "New"},
	}
	setFields(item.Fields, fields)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.projectExists(organization, project) {
		return WorkItem{}, noSuchProject(organization, project)
	}
	item.ID = slices.Max(slices.Collect(maps.Keys(s.items))) + 1
	s.items[item.ID] = item
	return item.clone(), nil
}

func noSuchProject(organization, project string) error {
	return fmt.Errorf("there is no project %s in %s", project, organization)
}

// setFields leaves the project out, which a work item holds beside its fields.
func setFields(into, fields map[string]any) {
	maps.Copy(into, fields)
	maps.DeleteFunc(into, func(name string, value any) bool { return value == nil || name == FieldProject })
}

// checkFields refuses fields that can't be edited and values, decoded from JSON, of the wrong type.
func checkFields(fields map[string]any) error {
	for name, value := range fields {
		switch name {
		case FieldCompletedWork, FieldRemainingWork:
			if hours, ok := value.(float64); value != nil && (!ok || hours < 0) {
				return fmt.Errorf("%s must be a number of hours", name)
			}
		case FieldAssignedTo:
			if text, ok := value.(string); value != nil && (!ok || text == "") {
				return fmt.Errorf("%s must be a user principal name", name)
			}
		case FieldProject, FieldType, FieldTitle, FieldState:
			if text, ok := value.(string); !ok || text == "" {
				return fmt.Errorf("%s must be text", name)
			}
		default:
			return fmt.Errorf("%s can't be edited", name)
		}
	}
	return nil
}
