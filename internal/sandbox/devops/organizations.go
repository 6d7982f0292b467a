package devops

import (
	"slices"

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

// Organizations returns the Azure DevOps organizations of the sandbox.
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

func projectExists(organization, project string) bool {
	return slices.ContainsFunc(Organizations(), func(o Organization) bool {
		return o.Name == organization &&
			slices.ContainsFunc(o.Projects, func(p Project) bool { return p.Name == project })
	})
}
