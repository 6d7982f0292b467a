package devops

import (
	"net/http"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/standin"
)

// kindsOfAccess are what people may do, as requests spell it.
var kindsOfAccess = map[string]boards.Access{"write": boards.Write, "read": boards.Read, "hidden": boards.Hidden}

// setAccess says what people may do with the work items of an area.
func (d *Server) setAccess(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Project string `json:"project"` // its id
		Area    string `json:"area"`    // below the project; empty for all of it
		User    string `json:"user"`    // a user principal name; empty for everybody without a setting of their own
		Access  string `json:"access"`
	}
	err := standin.ReadJSON(w, r, &body)
	access, known := kindsOfAccess[body.Access]
	var people []sandbox.Person
	if body.User != "" && known {
		var person sandbox.Person
		person, known = d.entra.Person(body.User)
		people = append(people, person)
	}
	if err != nil || !known {
		standin.WriteProblem(w, http.StatusBadRequest,
			"the body must be a JSON object with project, area, user, and access: write, read or hidden")
		return
	}
	changed(w, d.boards.SetAccess(body.Project, body.Area, access, people...))
}

// setMember lets a person into an organization, or keeps them out.
func (d *Server) setMember(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Organization string `json:"organization"` // its id
		User         string `json:"user"`         // a user principal name
		Member       bool   `json:"member"`
	}
	err := standin.ReadJSON(w, r, &body)
	person, known := d.entra.Person(body.User)
	if err != nil || !known {
		standin.WriteProblem(w, http.StatusBadRequest, "the body must be a JSON object with organization, user and member")
		return
	}
	changed(w, d.boards.SetMember(body.Organization, person, body.Member))
}

// changed answers a change by an id, which fails if nothing has it.
func changed(w http.ResponseWriter, err error) {
	if err != nil {
		standin.WriteProblem(w, http.StatusNotFound, err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
