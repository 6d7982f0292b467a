package entra

import (
	"net/http"
	"slices"
	"strings"

	"timetracker/internal/sandbox"
)

// scopeRequest is a checked scope parameter: permissions of one resource, and OpenID scopes.
type scopeRequest struct {
	resource    sandbox.App
	audience    string   // the resource as the client named it
	permissions []string // as registered; empty for an app-only request
	named       bool     // permissions were asked for by name, not by /.default
	granted     string   // the scope of the answer
	openID      bool
	offline     bool
}

const defaultScope = ".default"

// parseScope checks a scope parameter. Before the last slash stands the resource: its client id, api://<client id> or
// an identifier URI. A permission without a resource is Microsoft Graph's. All permissions must be of one resource
// (AADSTS28000).
// https://learn.microsoft.com/entra/identity-platform/scopes-oidc
func (e *Server) parseScope(scope string) (scopeRequest, *oauthError) {
	var asked scopeRequest
	var granted []string
	for _, item := range strings.Fields(scope) {
		switch item {
		case "openid":
			asked.openID = true
			continue
		case "offline_access":
			asked.offline = true
			continue
		case "profile", "email":
			continue
		}
		audience, permission := sandbox.GraphResourceID, item
		if slash := strings.LastIndexByte(item, '/'); slash >= 0 {
			audience, permission = item[:slash], item[slash+1:]
		}
		resource, ok := e.Resource(audience)
		if !ok {
			return scopeRequest{}, &oauthError{
				http.StatusBadRequest, "invalid_resource", 500011,
				"The resource principal named " + audience + " was not found.",
			}
		}
		if asked.audience != "" && resource.ClientID != asked.resource.ClientID {
			return scopeRequest{}, errScope(28000, "The scope names more than one resource.")
		}
		asked.resource, asked.audience = resource, audience
		if permission == defaultScope {
			asked.permissions = slices.Clone(resource.Permissions)
			granted = append(granted, item)
			for _, registered := range resource.Permissions {
				granted = append(granted, audience+"/"+registered)
			}
			continue
		}
		at := slices.IndexFunc(resource.Permissions, func(registered string) bool {
			return strings.EqualFold(registered, permission)
		})
		if at < 0 {
			return scopeRequest{}, errScope(65005, resource.Name+" exposes no permission "+permission+".")
		}
		asked.named = true
		asked.permissions = append(asked.permissions, resource.Permissions[at])
		granted = append(granted, item)
	}
	if asked.audience == "" {
		// Signing in alone gives a token for Graph.
		return e.onlySignIn(asked)
	}
	asked.granted = strings.Join(granted, " ")
	return asked, nil
}

func (e *Server) onlySignIn(asked scopeRequest) (scopeRequest, *oauthError) {
	if !asked.openID {
		return scopeRequest{}, errScope(70011, "The scope names no resource.")
	}
	graph, ok := e.app(sandbox.GraphResourceID)
	if !ok {
		return scopeRequest{}, errScope(70011, "The scope names no resource.")
	}
	asked.resource, asked.audience, asked.permissions = graph, sandbox.GraphResourceID, graph.Permissions
	asked.named = true
	asked.granted = strings.Join(graph.Permissions, " ")
	return asked, nil
}

// Resource returns the app that is known by audience as a resource.
func (e *Server) Resource(audience string) (sandbox.App, bool) {
	for _, app := range e.apps {
		if app.AnswersTo(audience) {
			return app, true
		}
	}
	return sandbox.App{}, false
}

func errScope(code int, message string) *oauthError {
	return &oauthError{http.StatusBadRequest, "invalid_scope", code, message}
}
