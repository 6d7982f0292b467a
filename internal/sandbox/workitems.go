package sandbox

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// Organization is one Azure DevOps organization, tied to one directory.
type Organization struct {
	ID          string    `json:"id"` // GUID of the host
	Name        string    `json:"name"`
	DirectoryID string    `json:"directory_id"`
	Projects    []Project `json:"projects"`
}

// Project is one project of an organization.
type Project struct {
	ID   string `json:"id"` // GUID
	Name string `json:"name"`
}

// Organizations returns the Azure DevOps organizations of the sandbox.
func Organizations() []Organization {
	return []Organization{
		{
			ID: "70b3d5e1-8a2f-4c69-b0d7-1e94c8f3a601", Name: "contoso", DirectoryID: ContosoDirectoryID,
			Projects: []Project{
				{ID: "2f6c91d8-4e07-4ab5-93d2-b85a0f7e1c01", Name: "Payments"},
				{ID: "2f6c91d8-4e07-4ab5-93d2-b85a0f7e1c02", Name: "Storefront"},
			},
		},
		{
			ID: "70b3d5e1-8a2f-4c69-b0d7-1e94c8f3a602", Name: "fabrikam", DirectoryID: FabrikamDirectoryID,
			Projects: []Project{{ID: "2f6c91d8-4e07-4ab5-93d2-b85a0f7e1c03", Name: "Robotics"}},
		},
	}
}

// The fields of a work item the sandbox knows, by Azure DevOps' reference names. Work is in hours.
// https://learn.microsoft.com/azure/devops/boards/work-items/guidance/work-item-field
const (
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

// WorkItems holds work items in memory. Safe for concurrent use; what it returns are copies.
type WorkItems struct {
	mu    sync.RWMutex
	items map[int]WorkItem
}

// NewWorkItems returns the sandbox's work items as they are at every start: Contoso's from 101 on, Fabrikam's
// from 201 on.
func NewWorkItems() *WorkItems {
	items := make(map[int]WorkItem)
	for _, seed := range seeds() {
		items[seed.id] = seed.workItem()
	}
	return &WorkItems{items: items}
}

// List returns an organization's work items by id.
func (s *WorkItems) List(organization string) []WorkItem {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := []WorkItem{}
	for _, item := range s.items {
		if item.Organization == organization {
			list = append(list, item.clone())
		}
	}
	slices.SortFunc(list, func(a, b WorkItem) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// Get returns one work item.
func (s *WorkItems) Get(id int) (WorkItem, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	item, ok := s.items[id]
	return item.clone(), ok
}

// Update sets fields of a work item; a nil value clears one. It reports whether there is such an item, and
// changes nothing when a value is wrong.
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
	if !projectExists(organization, project) {
		return WorkItem{}, fmt.Errorf("there is no project %s in %s", project, organization)
	}
	item := WorkItem{
		Rev: 1, Organization: organization, Project: project, Fields: map[string]any{FieldState: "New"},
	}
	setFields(item.Fields, fields)
	s.mu.Lock()
	defer s.mu.Unlock()
	item.ID = slices.Max(slices.Collect(maps.Keys(s.items))) + 1
	s.items[item.ID] = item
	return item.clone(), nil
}

func projectExists(organization, project string) bool {
	return slices.ContainsFunc(Organizations(), func(o Organization) bool {
		return o.Name == organization &&
			slices.ContainsFunc(o.Projects, func(p Project) bool { return p.Name == project })
	})
}

func setFields(into, fields map[string]any) {
	maps.Copy(into, fields)
	maps.DeleteFunc(into, func(_ string, value any) bool { return value == nil })
}

// checkFields refuses fields that can't be edited and values of the wrong kind, as they come from JSON.
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
		case FieldType, FieldTitle, FieldState:
			if text, ok := value.(string); !ok || text == "" {
				return fmt.Errorf("%s must be text", name)
			}
		default:
			return fmt.Errorf("%s can't be edited", name)
		}
	}
	return nil
}

// seed is one work item of the fixed data. Completed and remaining work are hours; both zero means that the
// item has neither field.
type seed struct {
	id                   int
	project, kind        string
	title, state         string
	assignedTo           string
	parent               int
	completed, remaining float64
}

func (s seed) workItem() WorkItem {
	organization := "contoso"
	if s.project == "Robotics" {
		organization = "fabrikam"
	}
	fields := map[string]any{FieldType: s.kind, FieldTitle: s.title, FieldState: s.state}
	if s.assignedTo != "" {
		fields[FieldAssignedTo] = s.assignedTo
	}
	if s.parent != 0 {
		fields[FieldParent] = s.parent
	}
	if s.completed != 0 || s.remaining != 0 {
		fields[FieldCompletedWork], fields[FieldRemainingWork] = s.completed, s.remaining
	}
	return WorkItem{ID: s.id, Rev: 1, Organization: organization, Project: s.project, Fields: fields}
}

// seeds returns the fixed work items.
func seeds() []seed {
	const (
		ada      = "ada@contoso.example"
		grace    = "grace@contoso.example"
		linus    = "linus@contoso.example"
		margaret = "margaret@contoso.example"
		kimGuest = "kim_fabrikam.example#EXT#@contoso.example"
		frances  = "frances@fabrikam.example"
		barbara  = "barbara@fabrikam.example"
		edsger   = "edsger@fabrikam.example"
		kimHome  = "kim@fabrikam.example"
	)

	return []seed{
		{101, "Payments", "Epic", "Accept payments in every country we ship to", "Active", ada, 0, 0, 0},
		{102, "Payments", "Feature", "Pay by bank transfer", "Active", grace, 101, 0, 0},
		{103, "Payments", "User Story", "As a buyer I can pay by SEPA transfer", "Active", grace, 102, 0, 0},
		{104, "Payments", "Task", "Show the payment reference at checkout", "Active", grace, 103, 11.5, 4},
		{105, "Payments", "Task", "Match incoming transfers to open orders", "Active", linus, 103, 7, 9},
		{106, "Payments", "Task", "Tell the buyer when the transfer has arrived", "New", "", 103, 0, 6},
		{107, "Payments", "Bug", "Refund is sent twice when the gateway times out", "Active", linus, 101, 5.5, 2.5},
		{108, "Payments", "Bug", "Amounts in yen are shown with two decimals", "Resolved", margaret, 101, 2, 0},
		{109, "Payments", "Feature", "Refunds without a support ticket", "New", ada, 101, 0, 0},
		{110, "Payments", "User Story", "As a buyer I can return one item of an order", "New", "", 109, 0, 0},
		{111, "Payments", "User Story", "As a clerk I see why a refund was declined", "Active", margaret, 109, 0, 0},
		{112, "Payments", "Task", "Translate the gateway's decline codes", "Active", margaret, 111, 3.25, 1.75},
		{113, "Payments", "Task", "Add the decline reason to the order page", "Closed", kimGuest, 111, 6, 0},
		{114, "Payments", "Test Case", "Refund of a partly shipped order", "Design", margaret, 111, 0, 0},
		{115, "Payments", "Issue", "The bank's sandbox is down every Sunday night", "Active", ada, 0, 0, 0},
		{116, "Payments", "Task", "Rotate the gateway's signing certificate", "Closed", linus, 101, 1.5, 0},
		{117, "Storefront", "Epic", "A store that is quick on a phone", "Active", ada, 0, 0, 0},
		{118, "Storefront", "Feature", "Product pages under one second", "Active", linus, 117, 0, 0},
		{119, "Storefront", "User Story", "As a visitor I see the product before reviews", "Active", linus, 118, 0, 0},
		{120, "Storefront", "Task", "Load reviews when they scroll into view", "Active", linus, 119, 4.5, 3.5},
		{121, "Storefront", "Task", "Serve product images as AVIF", "Closed", grace, 119, 8, 0},
		{122, "Storefront", "Bug", "Images jump while the page loads", "Active", grace, 118, 2.75, 1.25},
		{123, "Storefront", "Feature", "Search that forgives typing errors", "Active", margaret, 117, 0, 0},
		{124, "Storefront", "User Story", "As a visitor I find an umbrella by umbrela", "Active", margaret, 123, 0, 0},
		{125, "Storefront", "Task", "Index product names as trigrams", "Active", margaret, 124, 9, 5},
		{126, "Storefront", "Task", "Measure how often a search finds nothing", "New", ada, 124, 0, 4},
		{127, "Storefront", "Test Case", "Search in German with ä, ö, ü and ß", "Ready", margaret, 124, 0, 0},
		{128, "Storefront", "Bug", "Basket is empty after signing in", "New", "", 117, 0, 0},
		{129, "Storefront", "Issue", "Licence of the icon font ends in March", "Active", ada, 0, 0, 0},
		{130, "Storefront", "Task", "Replace the icon font by SVG", "Active", kimGuest, 117, 3, 8},
		{131, "Storefront", "Bug", "Keyboard focus is lost when the menu closes", "Resolved", grace, 117, 1.75, 0},

		{201, "Robotics", "Epic", "The arm picks any box from a mixed pallet", "Active", frances, 0, 0, 0},
		{202, "Robotics", "Feature", "Detect boxes with torn labels", "Active", barbara, 201, 0, 0},
		{203, "Robotics", "User Story", "As an operator I see which box comes next", "Active", edsger, 202, 0, 0},
		{204, "Robotics", "Task", "Calibrate the depth camera at start-up", "Active", edsger, 203, 6.5, 3},
		{205, "Robotics", "Task", "Draw the next box into the live picture", "New", kimHome, 203, 0, 5},
		{206, "Robotics", "Bug", "Gripper closes before the box is reached", "Active", barbara, 201, 4, 2},
		{207, "Robotics", "Issue", "The second test cell arrives two weeks late", "Active", frances, 0, 0, 0},
		{208, "Robotics", "Test Case", "Emergency stop while the arm is moving", "Ready", barbara, 201, 0, 0},
	}
}
