package httpserver

import (
	"context"
	"encoding/json"
	"net/http"

	"timetracker/api"
)

// SendProblem answers with a problem document (RFC 9457). It adds the type, the title of the status and the request's id.
func SendProblem(w http.ResponseWriter, r *http.Request, problem api.Problem) {
	body, err := json.Marshal(Complete(r.Context(), problem))
	if err != nil {
		panic(err) // a struct of strings and numbers
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(problem.Status)
	_, _ = w.Write(body) // fails only when the client has gone
}

// Complete adds to a problem what every one has: its type, the title of its status and the request's id.
func Complete(ctx context.Context, problem api.Problem) api.Problem {
	problem.Type = "about:blank"
	problem.Title = http.StatusText(problem.Status)
	problem.RequestId = ExchangeOf(ctx).RequestID
	return problem
}
