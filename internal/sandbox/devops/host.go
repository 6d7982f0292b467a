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
	ReadOnly     bool           `json:"read_only"`
	Fields       map[string]any `json:"fields"` // of formFields and the parent, those with a value
}

// formFields are the fields that the form can change.
var formFields = []string{
	boards.FieldType, boards.FieldTitle, boards.FieldState, boards.FieldAssignedTo,
	boards.FieldOriginalEstimate, boards.FieldCompletedWork, boards.FieldRemainingWork,
}

func (d *Server) onForm(person sandbox.Person, item boards.WorkItem) hostWorkItem {
	shown := map[string]any{}
	for _, name := range append(slices.Clone(formFields), boards.FieldParent) {
		if value, ok := item.Fields[name]; ok {
			shown[name] = value
		}
	}
	return hostWorkItem{item.ID, item.Rev, item.Organization, item.Project, !d.boards.MayWrite(person, item), shown}
}

// viewer is the person whom the page's address names, or else the administrator of the organization's directory.
func (d *Server) viewer(r *http.Request, organization boards.Organization) (sandbox.Person, bool) {
	as := r.URL.Query().Get("as")
	for _, person := range d.entra.People() {
		if d.boards.IsMember(organization.ID, person) &&
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
				shown = append(shown, d.onForm(person, item))
			}
		}
	}
	standin.WriteJSON(w, http.StatusOK, map[string]any{"count": len(shown), "value": shown})
}

func (d *Server) getWorkItem(w http.ResponseWriter, r *http.Request) {
	item, person, found := d.place(r)
	if !found {
		standin.WriteProblem(w, http.StatusNotFound, "there is no such work item")
		return
	}
	standin.WriteJSON(w, http.StatusOK, d.onForm(person, item))
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
	organization, _ := d.boards.Organization(body.Organization)
	person, _ := d.viewer(r, organization)
	item, err := d.create(person, organization, body.Project, kind, body.Fields)
	if err != nil {
		standin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	standin.WriteJSON(w, http.StatusCreated, d.onForm(person, item))
}

func (d *Server) create(
	person sandbox.Person, organization boards.Organization, projectName, kind string, fields map[string]any,
) (boards.WorkItem, error) {
	if err := checkForm(fields); err != nil {
		return boards.WorkItem{}, err
	}
	project, ok := d.boards.Project(organization.ID, projectName)
	if !ok || fields[boards.FieldProject] != nil {
		return boards.WorkItem{}, fmt.Errorf("there is no project %s in %s", projectName, organization.Name)
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
		Rev    int            `json:"rev"` // that the form shows; without it any
		Fields map[string]any `json:"fields"`
	}
	if err := standin.ReadJSON(w, r, &body); err != nil {
		standin.WriteProblem(w, http.StatusBadRequest, "the body must be a JSON object with fields, and perhaps rev")
		return
	}
	if err := checkForm(body.Fields); err != nil {
		standin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	if project, moves := body.Fields[boards.FieldProject]; moves {
		body.Fields[boards.FieldArea], body.Fields[boards.FieldIteration] = project, project
	}
	item, err := d.boards.Update(person, item.OrganizationID, item.ID, func(now boards.WorkItem) (boards.Edit, error) {
		if body.Rev != 0 && body.Rev != now.Rev {
			return boards.Edit{}, &boards.Refusal{Reason: boards.RevisionPassed, ID: now.ID}
		}
		return boards.Edit{Fields: body.Fields}, nil
	})
	var refusal *boards.Refusal
	switch {
	case errors.As(err, &refusal) && refusal.Reason == boards.RevisionPassed:
		standin.WriteProblem(w, http.StatusConflict, err.Error())
	case err != nil:
		standin.WriteProblem(w, http.StatusBadRequest, err.Error())
	default:
		standin.WriteJSON(w, http.StatusOK, d.onForm(person, item))
	}
}

func (d *Server) deleteWorkItem(w http.ResponseWriter, r *http.Request) {
	item, person, found := d.place(r)
	if !found {
		standin.WriteProblem(w, http.StatusNotFound, "there is no such work item")
		return
	}
	if _, err := d.boards.Delete(person, item.OrganizationID, item.ID); err != nil {
		standin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// listDeleted lists the recycle bin of an organization.
func (d *Server) listDeleted(w http.ResponseWriter, r *http.Request) {
	shown := []hostWorkItem{}
	if organization, ok := d.boards.Organization(r.URL.Query().Get("organization")); ok {
		if person, ok := d.viewer(r, organization); ok {
			for _, item := range d.boards.Deleted(person, organization.ID) {
				shown = append(shown, d.onForm(person, item))
			}
		}
	}
	standin.WriteJSON(w, http.StatusOK, map[string]any{"count": len(shown), "value": shown})
}

// restoreWorkItem takes a work item out of the recycle bin of whichever organization has it.
func (d *Server) restoreWorkItem(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.Atoi(r.PathValue("id"))
	for _, organization := range d.boards.Organizations() {
		person, ok := d.viewer(r, organization)
		if !ok {
			continue
		}
		if item, err := d.boards.Restore(person, organization.ID, id); err == nil {
			standin.WriteJSON(w, http.StatusOK, d.onForm(person, item))
			return
		}
	}
	standin.WriteProblem(w, http.StatusNotFound, "there is no such work item in the recycle bin")
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
