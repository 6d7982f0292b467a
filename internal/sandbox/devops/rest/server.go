package rest

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/entra"
	"timetracker/internal/sandbox/standin"
)

// Config says whose tokens and which work items the REST side has. All fields are required.
type Config struct {
	Entra  *entra.Server
	Boards *boards.Boards
	Now    func() time.Time
	// Delay is for how long Azure DevOps holds up answers while it does.
	Delay time.Duration
}

// Server answers what Azure DevOps answers below /{organization}. It is an http.Handler, and safe for concurrent use.
type Server struct {
	entra   *entra.Server
	boards  *boards.Boards
	now     func() time.Time
	delay   time.Duration
	faults  *standin.Faults
	limiter *limiter
}

// New returns a REST side without faults and limit.
func New(config Config) *Server {
	return &Server{
		entra: config.Entra, boards: config.Boards, now: config.Now, delay: config.Delay,
		faults: newFaults(), limiter: newLimiter(config.Now),
	}
}

// Serves tells whether a path is one of the REST side, and not of a page.
func Serves(path string) bool {
	_, _, ok := cutAPIs(path)
	return ok
}

// cutAPIs parts the segments of a path before _apis from those after it. An organization stands before it, and a project
// and a team may.
func cutAPIs(path string) (before, after []string, ok bool) {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	for i, segment := range segments {
		if strings.EqualFold(segment, "_apis") {
			return segments[:i], segments[i+1:], i >= 1 && i <= 3
		}
	}
	return nil, nil, false
}

// call is one request of a person for a resource.
type call struct {
	request      *http.Request
	writer       http.ResponseWriter // of headers
	base         string              // the address of the stand-in, without a slash at its end
	organization boards.Organization
	project      *boards.Project // that the address names, or nil
	person       sandbox.Person
	parameters   map[string]string // of the address
	status       int               // of an answer that is no error
}

func (c *call) query(name string) string { return c.request.URL.Query().Get(name) }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.serveFaulty(w, r, s.faultOf(r)) }

// serve answers without faults.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-cache, no-store, must-revalidate")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("ActivityId", standin.NewGUID())
	before, after, ok := cutAPIs(r.URL.Path)
	organization, known := boards.Organization{}, false
	if ok {
		organization, known = s.boards.Organization(before[0])
	}
	if !known {
		writePage(w, http.StatusNotFound, "The resource cannot be found.")
		return
	}
	c := &call{request: r, writer: w, base: baseOf(r), organization: organization, status: http.StatusOK}
	if r.Method == http.MethodOptions && len(after) == 0 {
		standin.WriteJSON(w, http.StatusOK, listOf(locations()))
		return
	}
	body, err := s.answer(c, before[1:], after)
	if err != nil {
		writeError(w, err)
		return
	}
	if body == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	standin.WriteJSON(w, c.status, body)
}

// answer finds out who asks for what, and has the resource answer.
func (s *Server) answer(c *call, before, after []string) (any, error) {
	person, err := s.caller(c.request, c.organization)
	if err != nil {
		return nil, err
	}
	c.person = person
	if err := s.keepToLimit(c); err != nil {
		return nil, err
	}
	found, parameters := match(before, after)
	if found == nil {
		return nil, errNoResource(c.request.URL.Path)
	}
	c.parameters = parameters
	handle := found.methods[c.request.Method]
	if handle == nil {
		return nil, errMethod(c.request.Method)
	}
	if err := checkVersion(c.request); err != nil {
		return nil, err
	}
	if name := parameters["project"]; name != "" {
		project, ok := s.boards.Project(c.organization.ID, name)
		if !ok {
			return nil, errNoProject(name)
		}
		c.project = &project
	}
	return handle(s, c)
}

// baseOf is the address at which the stand-in was reached.
func baseOf(r *http.Request) string {
	base := url.URL{Scheme: "http", Host: r.Host}
	if r.TLS != nil {
		base.Scheme = "https"
	}
	return base.String()
}

// listOf is a list as Azure DevOps writes it.
func listOf[T any](values []T) map[string]any {
	return map[string]any{"count": len(values), "value": values}
}

// writePage answers with a web page, as Azure DevOps does where it knows no organization.
func writePage(w http.ResponseWriter, status int, title string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<!doctype html><html lang=\"en\"><title>"+title+"</title><h1>"+title+"</h1></html>")
}

// writeError answers with a problem; anything else is a fault of the stand-in.
func writeError(w http.ResponseWriter, err error) {
	var answer *problem
	if !errors.As(err, &answer) {
		answer = problemOf(err)
	}
	answer.write(w)
}
