package httpserver

import (
	"encoding/json"
	"net/http"

	"timetracker/api"
)

// SendProblem answers with a problem document (RFC 9457). It adds the type, the title of the status and the request's id.
func SendProblem(w http.ResponseWriter, r *http.Request, problem api.Problem) {
	problem.Type = "about:blank"
	problem.Title = http.StatusText(problem.Status)
	problem.RequestId = ExchangeOf(r.Context()).RequestID
	body, err := json.Marshal(problem)
	if err != nil {
		panic(err) // a struct of strings and numbers
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(problem.Status)
	_, _ = w.Write(body) // fails only when the client has gone
}
