package devops

import (
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"timetracker/internal/sandbox"
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
}

// Server stands in for dev.azure.com as the extension sees it. It is an http.Handler for the page that embeds the
// extension's frames, and for the data of that page.
type Server struct {
	entra     *entra.Server
	static    fs.FS
	extension string
	policy    string
	items     *WorkItems
	mux       *http.ServeMux
}

// New returns an Azure DevOps stand-in with the work items of NewWorkItems.
func New(config Config) (*Server, error) {
	if config.Entra == nil || config.Static == nil {
		return nil, errors.New("sandbox: Azure DevOps needs Entra and Static")
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
		items: NewWorkItems(),
		mux:   http.NewServeMux(),
	}
	d.mux.HandleFunc("GET /_host/config", d.serveConfig)
	d.mux.HandleFunc("GET /_host/work-items", d.listWorkItems)
	d.mux.HandleFunc("POST /_host/work-items", standin.SameOriginOnly(d.createWorkItem))
	d.mux.HandleFunc("GET /_host/work-items/{id}", d.getWorkItem)
	d.mux.HandleFunc("PATCH /_host/work-items/{id}", standin.SameOriginOnly(d.updateWorkItem))
	d.mux.HandleFunc("PATCH /_host/organizations/{id}", standin.SameOriginOnly(d.rename((*WorkItems).RenameOrganization)))
	d.mux.HandleFunc("PATCH /_host/projects/{id}", standin.SameOriginOnly(d.rename((*WorkItems).RenameProject)))
	d.mux.HandleFunc("POST /_host/naa/token", d.serveNestedAppToken)
	d.mux.HandleFunc("GET /_host/", http.NotFound)
	d.mux.HandleFunc("GET /", d.servePage)
	return d, nil
}

// ServeHTTP implements http.Handler.
func (d *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
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
	if path.Ext(name) != "" {
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
	Organizations    []Organization `json:"organizations"`
	People           []hostPerson   `json:"people"`
	SignedInAs       string         `json:"signed_in_as"` // a UPN of People
	ExtensionBaseURL string         `json:"extension_base_url"`
	NAADefault       bool           `json:"naa_default"`
	SPAClientID      string         `json:"spa_client_id"`
	APIScope         string         `json:"api_scope"`
	WorkItemsURL     string         `json:"work_items_url"`
	NAATokenURL      string         `json:"naa_token_url"`
}

type hostPerson struct {
	UPN       string `json:"upn"`
	Name      string `json:"name"`
	Email     string `json:"email"`
	OID       string `json:"oid"`
	Directory string `json:"directory"` // GUID
	Guest     bool   `json:"guest"`
}

func (d *Server) serveConfig(w http.ResponseWriter, _ *http.Request) {
	config := hostConfig{
		Organizations:    d.items.Organizations(),
		SignedInAs:       sandbox.DefaultUser,
		ExtensionBaseURL: d.extension,
		NAADefault:       true,
		SPAClientID:      sandbox.SPAClientID,
		APIScope:         sandbox.APIScope,
		WorkItemsURL:     "/_host/work-items",
		NAATokenURL:      "/_host/naa/token",
	}
	for _, person := range d.entra.People() {
		config.People = append(config.People, hostPerson{
			UPN: person.UserPrincipalName, Name: person.Name, Email: person.Email, OID: person.ObjectID,
			Directory: person.DirectoryID, Guest: person.Guest(),
		})
	}
	standin.WriteJSON(w, http.StatusOK, config)
}

func (d *Server) listWorkItems(w http.ResponseWriter, r *http.Request) {
	items := d.items.List(r.URL.Query().Get("organization"))
	standin.WriteJSON(w, http.StatusOK, map[string]any{"count": len(items), "value": items})
}

func (d *Server) getWorkItem(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		standin.WriteProblem(w, http.StatusNotFound, "there is no such work item")
		return
	}
	item, found := d.items.Get(id)
	if !found {
		standin.WriteProblem(w, http.StatusNotFound, "there is no such work item")
		return
	}
	standin.WriteJSON(w, http.StatusOK, item)
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
	item, err := d.items.Create(body.Organization, body.Project, body.Fields)
	if err != nil {
		standin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	standin.WriteJSON(w, http.StatusCreated, item)
}

func (d *Server) updateWorkItem(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
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
	item, found, err := d.items.Update(id, body.Fields)
	switch {
	case err != nil:
		standin.WriteProblem(w, http.StatusBadRequest, err.Error())
	case !found:
		standin.WriteProblem(w, http.StatusNotFound, "there is no such work item")
	default:
		standin.WriteJSON(w, http.StatusOK, item)
	}
}

// rename gives what has the id in the address another name.
func (d *Server) rename(apply func(s *WorkItems, id, name string) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Name string `json:"name"`
		}
		if err := standin.ReadJSON(w, r, &body); err != nil {
			standin.WriteProblem(w, http.StatusBadRequest, "the body must be a JSON object with name")
			return
		}
		switch err := apply(d.items, r.PathValue("id"), body.Name); {
		case errors.Is(err, errNoSuchID):
			standin.WriteProblem(w, http.StatusNotFound, err.Error())
		case err != nil:
			standin.WriteProblem(w, http.StatusBadRequest, err.Error())
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	}
}
