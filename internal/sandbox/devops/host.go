package devops

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/standin"
)

// hostWorkItem is a work item as the page's form shows it.
type hostWorkItem struct {
	ID           int            `json:"id"`
	Rev          int            `json:"rev"`
	Organization string         `json:"organization"`
	Project      string         `json:"project"`
	Fields       map[string]any `json:"fields"` // of formFields and the parent, those with a value
}

// formFields are the fields that the form can change.
var formFields = []string{
	boards.FieldType, boards.FieldTitle, boards.FieldState, boards.FieldAssignedTo,
	boards.FieldOriginalEstimate, boards.FieldCompletedWork, boards.FieldRemainingWork,
}

func onForm(item boards.WorkItem) hostWorkItem {
	shown := map[string]any{}
	for _, name := range append(slices.Clone(formFields), boards.FieldParent) {
		if value, ok := item.Fields[name]; ok {
			shown[name] = value
		}
	}
	return hostWorkItem{item.ID, item.Rev, item.Organization, item.Project, shown}
}

// viewer is the person whom the page's address names, or else the administrator of the organization's directory.
func (d *Server) viewer(r *http.Request, organization boards.Organization) (sandbox.Person, bool) {
	as := r.URL.Query().Get("as")
	for _, person := range d.entra.People() {
		if person.DirectoryID == organization.DirectoryID &&
			(person.UserPrincipalName == as || (as == "" && person.Admin)) {
			return person, true
		}
	}
	return sandbox.Person{}, false
}

// place finds the work item of an address, and who looks at it.
func (d *Server) place(r *http.Request) (boards.WorkItem, sandbox.Person, bool) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		return boards.WorkItem{}, sandbox.Person{}, false
	}
	for _, organization := range d.boards.Organizations() {
		person, ok := d.viewer(r, organization)
		if !ok {
			continue
		}
		if item, err := d.boards.Get(person, organization.ID, id); err == nil {
			return item, person, true
		}
	}
	return boards.WorkItem{}, sandbox.Person{}, false
}

func (d *Server) listWorkItems(w http.ResponseWriter, r *http.Request) {
	shown := []hostWorkItem{}
	if organization, ok := d.boards.Organization(r.URL.Query().Get("organization")); ok {
		if person, ok := d.viewer(r, organization); ok {
			for _, item := range d.boards.ListFor(person, organization.Name) {
				shown = append(shown, onForm(item))
			}
		}
	}
	standin.WriteJSON(w, http.StatusOK, map[string]any{"count": len(shown), "value": shown})
}

func (d *Server) getWorkItem(w http.ResponseWriter, r *http.Request) {
	item, _, found := d.place(r)
	if !found {
		standin.WriteProblem(w, http.StatusNotFound, "there is no such work item")
		return
	}
	standin.WriteJSON(w, http.StatusOK, onForm(item))
}

func (d *Server) createWorkItem(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Organization string         `json:"organization"`
		Project      string         `json:"project"`
		Fields       map[string]any `json:"fields"`
	}
	if err := standin.ReadJSON(w, r, &body); err != nil {
		standin.WriteProblem(w, http.StatusBadRequest, "the body must be a JSON object with organization, project and fields")
		return
	}
	kind, _ := body.Fields[boards.FieldType].(string)
	delete(body.Fields, boards.FieldType)
	item, err := d.create(r, body.Organization, body.Project, kind, body.Fields)
	if err != nil {
		standin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	standin.WriteJSON(w, http.StatusCreated, onForm(item))
}

func (d *Server) create(
	r *http.Request, organizationName, projectName, kind string, fields map[string]any,
) (boards.WorkItem, error) {
	if err := checkForm(fields); err != nil {
		return boards.WorkItem{}, err
	}
	organization, _ := d.boards.Organization(organizationName)
	person, _ := d.viewer(r, organization)
	project, ok := d.boards.Project(organization.ID, projectName)
	if !ok || fields[boards.FieldProject] != nil {
		return boards.WorkItem{}, fmt.Errorf("there is no project %s in %s", projectName, organizationName)
	}
	return d.boards.Create(person, project.ID, kind, boards.Edit{Fields: fields})
}

func (d *Server) updateWorkItem(w http.ResponseWriter, r *http.Request) {
	item, person, found := d.place(r)
	if !found {
		standin.WriteProblem(w, http.StatusNotFound, "there is no such work item")
		return
	}
	var body struct {
		Fields map[string]any `json:"fields"`
	}
	if err := standin.ReadJSON(w, r, &body); err != nil {
		standin.WriteProblem(w, http.StatusBadRequest, "the body must be a JSON object with fields")
		return
	}
	if err := checkForm(body.Fields); err != nil {
		standin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	if project, moves := body.Fields[boards.FieldProject]; moves {
		body.Fields[boards.FieldArea], body.Fields[boards.FieldIteration] = project, project
	}
	item, err := d.boards.Update(person, item.OrganizationID, item.ID, func(boards.WorkItem) (boards.Edit, error) {
		return boards.Edit{Fields: body.Fields}, nil
	})
	if err != nil {
		standin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	standin.WriteJSON(w, http.StatusOK, onForm(item))
}

// checkForm refuses fields that the form has not, and hours that are no number of hours. The rest is up to the rules.
func checkForm(fields map[string]any) error {
	for name, value := range fields {
		switch {
		case name == boards.FieldProject:
		case !slices.Contains(formFields, name):
			return fmt.Errorf("%s can't be edited", name)
		}
		if field, _ := boards.FieldNamed(name); field.Kind != boards.Double || value == nil {
			continue
		}
		if hours, ok := value.(float64); !ok || hours < 0 {
			return fmt.Errorf("%s must be a number of hours", name)
		}
	}
	return nil
}

// rename gives what has the id in the address another name.
func rename(apply func(id, name string) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Name string `json:"name"`
		}
		if err := standin.ReadJSON(w, r, &body); err != nil {
			standin.WriteProblem(w, http.StatusBadRequest, "the body must be a JSON object with name")
			return
		}
		switch err := apply(r.PathValue("id"), body.Name); {
		case errors.Is(err, boards.ErrNoSuchID):
			standin.WriteProblem(w, http.StatusNotFound, err.Error())
		case err != nil:
			standin.WriteProblem(w, http.StatusBadRequest, err.Error())
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	}
}
