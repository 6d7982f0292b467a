package rest

import (
	"strconv"

	"timetracker/internal/sandbox/devops/boards"
)

// project is a project as lists have it.
type project struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	URL        string `json:"url"`
	State      string `json:"state"`
	Revision   int    `json:"revision"`
	Visibility string `json:"visibility"`
}

func (c *call) projectURL(id string) string {
	return c.base + "/" + c.organization.Name + "/_apis/projects/" + id
}

func (c *call) summary(p boards.Project) project {
	return project{p.ID, p.Name, c.projectURL(p.ID), "wellFormed", 1, "private"}
}

// projects lists the projects, or answers one by its id, its name or a former name.
func (s *Server) projects(c *call) (any, error) {
	wanted := c.parameters["projectId"]
	if wanted == "" {
		return c.listProjects()
	}
	found, ok := s.boards.Project(c.organization.ID, wanted)
	if !ok {
		return nil, errNoProject(wanted)
	}
	return struct {
		project
		DefaultTeam map[string]string `json:"defaultTeam"`
	}{c.summary(found), map[string]string{
		"id": found.ID, "name": found.Name + " Team", "url": c.projectURL(found.ID) + "/teams/" + found.ID,
	}}, nil
}

// listProjects answers a page of them. What follows has a token in a header, as with Azure DevOps.
func (c *call) listProjects() (any, error) {
	top, skip := 100, 0
	for name, into := range map[string]*int{"$top": &top, "$skip": &skip, "continuationToken": &skip} {
		if given := c.query(name); given != "" {
			number, err := strconv.Atoi(given)
			if err != nil || number < 0 {
				return nil, errArgument("The value of " + name + " must be a number.")
			}
			*into = number
		}
	}
	all := []project{}
	for _, p := range c.organization.Projects {
		all = append(all, c.summary(p))
	}
	skip = min(skip, len(all))
	end := min(skip+top, len(all))
	if end < len(all) {
		c.writer.Header().Set("X-Ms-Continuationtoken", strconv.Itoa(end))
	}
	return listOf(all[skip:end]), nil
}
