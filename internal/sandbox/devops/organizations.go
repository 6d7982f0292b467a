package devops

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"timetracker/internal/sandbox"
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

// Organizations returns the Azure DevOps organizations that are there at every start.
func Organizations() []Organization {
	return []Organization{
		{
			ID: "70b3d5e1-8a2f-4c69-b0d7-1e94c8f3a601", Name: "contoso", DirectoryID: sandbox.ContosoDirectoryID,
			Projects: []Project{
				{ID: "2f6c91d8-4e07-4ab5-93d2-b85a0f7e1c01", Name: "Payments"},
				{ID: "2f6c91d8-4e07-4ab5-93d2-b85a0f7e1c02", Name: "Storefront"},
			},
		},
		{
			ID: "70b3d5e1-8a2f-4c69-b0d7-1e94c8f3a602", Name: "fabrikam", DirectoryID: sandbox.FabrikamDirectoryID,
			Projects: []Project{{ID: "2f6c91d8-4e07-4ab5-93d2-b85a0f7e1c03", Name: "Robotics"}},
		},
	}
}

// Organizations returns the organizations as they are called now.
func (s *WorkItems) Organizations() []Organization {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := slices.Clone(s.organizations)
	for i := range list {
		list[i].Projects = slices.Clone(list[i].Projects)
	}
	return list
}

// errNoSuchID says that neither an organization nor a project has an id.
var errNoSuchID = errors.New("nothing has this id")

// RenameOrganization gives an organization another name. Its id and its work items stay.
func (s *WorkItems) RenameOrganization(id, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.organizations, func(o Organization) bool { return o.ID == id })
	if i < 0 {
		return errNoSuchID
	}
	taken := slices.ContainsFunc(s.organizations, func(o Organization) bool { return o.ID != id && strings.EqualFold(o.Name, name) })
	if err := checkName(name, taken); err != nil {
		return err
	}
	former := s.organizations[i].Name
	s.organizations[i].Name = name
	for id, item := range s.items {
		if item.Organization == former {
			item.Organization = name
			s.items[id] = item
		}
	}
	return nil
}

// RenameProject gives a project another name. Its id and its work items stay.
func (s *WorkItems) RenameProject(id, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, organization := range s.organizations {
		i := slices.IndexFunc(organization.Projects, func(p Project) bool { return p.ID == id })
		if i < 0 {
			continue
		}
		taken := slices.ContainsFunc(organization.Projects, func(p Project) bool { return p.ID != id && strings.EqualFold(p.Name, name) })
		if err := checkName(name, taken); err != nil {
			return err
		}
		former := organization.Projects[i].Name
		organization.Projects[i].Name = name
		for id, item := range s.items {
			if item.Organization == organization.Name && item.Project == former {
				item.Project = name
				s.items[id] = item
			}
		}
		return nil
	}
	return errNoSuchID
}

// checkName refuses what can't be a part of the page's addresses.
func checkName(name string, taken bool) error {
	switch {
	case strings.TrimSpace(name) == "" || strings.Contains(name, "/"):
		return errors.New("a name must not be blank or have a slash")
	case taken:
		return fmt.Errorf("the name %s is taken", name)
	}
	return nil
}

// projectExists needs the lock.
func (s *WorkItems) projectExists(organization, project string) bool {
	return slices.ContainsFunc(s.organizations, func(o Organization) bool {
		return o.Name == organization &&
			slices.ContainsFunc(o.Projects, func(p Project) bool { return p.Name == project })
	})
}
