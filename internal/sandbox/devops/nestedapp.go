package devops

import (
	"net/http"
	"net/url"

	"timetracker/internal/sandbox/entra"
	"timetracker/internal/sandbox/standin"
)

// serveNestedAppToken signs a person in on behalf of an embedded app, as the Azure DevOps page does with nested app
// authentication. Only the page itself may ask. Nothing shows that a page of another origin, or a program, is that page.
func (d *Server) serveNestedAppToken(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if !fromSameOrigin(r) {
		standin.WriteProblem(w, http.StatusForbidden, "only the Azure DevOps page may do this")
		return
	}
	var body entra.NestedAppRequest
	if err := standin.ReadJSON(w, r, &body); err != nil {
		standin.WriteProblem(w, http.StatusBadRequest, "the body must be a JSON object with user, client_id and scope")
		return
	}
	status, answer := d.entra.AnswerNestedApp(body)
	standin.WriteJSON(w, status, answer)
}

// fromSameOrigin tells whether a browser states that the request comes from a page of this origin.
func fromSameOrigin(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return false
	}
	origin, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && origin.Host != "" && origin.Host == r.Host
}
