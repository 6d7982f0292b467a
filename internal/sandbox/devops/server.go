package devops

import (
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/devops/rest"
	"timetracker/internal/sandbox/entra"
	"timetracker/internal/sandbox/standin"
)

// Config says what the Azure DevOps page embeds. All fields are required.
type Config struct {
	// ExtensionBaseURL is the extension's baseUri, for instance http://127.0.0.1:8080/ext/.
	ExtensionBaseURL string
	// Entra signs people in for the page.
	Entra *entra.Server
	// Static is the built page, with index.html at its root.
	Static fs.FS
	Now    func() time.Time
}

// Server stands in for dev.azure.com. It is an http.Handler for the page that embeds the extension's frames, for the data of
// that page, and for the REST API. All show the same work items.
type Server struct {
	entra     *entra.Server
	static    fs.FS
	extension string
	policy    string
	boards    *boards.Boards
	rest      http.Handler
	mux       *http.ServeMux
}

// apiDelay is for how long the API holds up answers while it does. People notice it.
const apiDelay = 5 * time.Second

// New returns an Azure DevOps stand-in with the work items of boards.New.
func New(config Config) (*Server, error) {
	if config.Entra == nil || config.Static == nil || config.Now == nil {
		return nil, errors.New("sandbox: Azure DevOps needs Entra, Static and Now")
	}
	extension, err := url.Parse(config.ExtensionBaseURL)
	if err != nil || extension.Scheme == "" || extension.Host == "" {
		return nil, errors.New("sandbox: the extension's base URL must be absolute")
	}
	d := &Server{
		entra:     config.Entra,
		static:    config.Static,
		extension: config.ExtensionBaseURL,
		policy: "default-src 'self'; img-src 'self' data:; frame-src " + standin.Origin(extension) +
			"; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
		boards: boards.New(config.Now, config.Entra.People),
		mux:    http.NewServeMux(),
	}
	api := rest.New(rest.Config{Entra: config.Entra, Boards: d.boards, Now: config.Now, Delay: apiDelay})
	d.rest = api
	api.Register(d.mux)
	d.mux.HandleFunc("GET /_host/config", d.serveConfig)
	d.mux.HandleFunc("GET /_host/work-items", d.listWorkItems)
	d.mux.HandleFunc("POST /_host/work-items", standin.SameOriginOnly(d.createWorkItem))
	d.mux.HandleFunc("GET /_host/work-items/{id}", d.getWorkItem)
	d.mux.HandleFunc("PATCH /_host/work-items/{id}", standin.SameOriginOnly(d.updateWorkItem))
	d.mux.HandleFunc("DELETE /_host/work-items/{id}", standin.SameOriginOnly(d.deleteWorkItem))
	d.mux.HandleFunc("GET /_host/recycle-bin", d.listDeleted)
	d.mux.HandleFunc("POST /_host/recycle-bin/{id}/restore", standin.SameOriginOnly(d.restoreWorkItem))
	d.mux.HandleFunc("PATCH /_host/organizations/{id}", standin.SameOriginOnly(rename(d.boards.RenameOrganization)))
	d.mux.HandleFunc("PATCH /_host/projects/{id}", standin.SameOriginOnly(rename(d.boards.RenameProject)))
	d.mux.HandleFunc("POST "+standin.ControlPrefix+"access", standin.SameOriginOnly(d.setAccess))
	d.mux.HandleFunc("POST "+standin.ControlPrefix+"member", standin.SameOriginOnly(d.setMember))
	d.mux.HandleFunc("POST /_host/naa/token", d.serveNestedAppToken)
	d.mux.HandleFunc("GET /_host/", http.NotFound)
	d.mux.HandleFunc("GET /", d.servePage)
	return d, nil
}

// ServeHTTP implements http.Handler.
func (d *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if rest.Serves(r.URL.Path) {
		d.rest.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Security-Policy", d.policy)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-cache")
	d.mux.ServeHTTP(w, r)
}

// servePage serves a file of the page, or the page itself at every address that names no file. The page's script derives
// from the address which work item or hub to show.
func (d *Server) servePage(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	if info, err := fs.Stat(d.static, name); err == nil && info.Mode().IsRegular() {
		http.ServeFileFS(w, r, d.static, name)
		return
	}
	// The id of a hub has points: publisher.extension.hub.
	if path.Ext(name) != "" && !strings.Contains(name, "/_apps/hub/") {
		http.NotFound(w, r)
		return
	}
	page, err := fs.ReadFile(d.static, "index.html")
	if err != nil {
		http.Error(w, "The Azure DevOps page has not been built.", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(page)
}

// hostConfig is what the page must know before it embeds anything.
type hostConfig struct {
	Organizations    []boards.Organization `json:"organizations"`
	People           []hostPerson          `json:"people"`
	Types            []hostType            `json:"types"`
	SignedInAs       string                `json:"signed_in_as"` // a UPN of People
	ExtensionBaseURL string                `json:"extension_base_url"`
	NAADefault       bool                  `json:"naa_default"`
	SPAClientID      string                `json:"spa_client_id"`
	APIScope         string                `json:"api_scope"`
	WorkItemsURL     string                `json:"work_items_url"`
	NAATokenURL      string                `json:"naa_token_url"`
}

type hostPerson struct {
	UPN       string `json:"upn"`
	Name      string `json:"name"`
	Email     string `json:"email"`
	OID       string `json:"oid"`
	Directory string `json:"directory"` // GUID
	Guest     bool   `json:"guest"`
}

// hostType is a type of work items as the form shows it.
type hostType struct {
	Name   string   `json:"name"`
	States []string `json:"states"` // a new work item has the first one
	Hours  bool     `json:"hours"`  // it has fields for hours
}

func (d *Server) serveConfig(w http.ResponseWriter, _ *http.Request) {
	config := hostConfig{
		Organizations:    d.boards.Organizations(),
		SignedInAs:       sandbox.DefaultUser,
		ExtensionBaseURL: d.extension,
		NAADefault:       true,
		SPAClientID:      sandbox.SPAClientID,
		APIScope:         sandbox.APIScope,
		WorkItemsURL:     "/_host/work-items",
		NAATokenURL:      "/_host/naa/token",
	}
	for _, kind := range boards.Types() {
		shown := hostType{Name: kind.Name, Hours: kind.HasHours()}
		for _, state := range kind.States {
			shown.States = append(shown.States, state.Name)
		}
		config.Types = append(config.Types, shown)
	}
	for _, person := range d.entra.People() {
		config.People = append(config.People, hostPerson{
			UPN: person.UserPrincipalName, Name: person.Name, Email: person.Email, OID: person.ObjectID,
			Directory: person.DirectoryID, Guest: person.Guest(),
		})
	}
	standin.WriteJSON(w, http.StatusOK, config)
}
