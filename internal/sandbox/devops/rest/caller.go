package rest

import (
	"net/http"
	"slices"
	"strings"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/entra"
	"timetracker/internal/sandbox/standin"
)

// The delegated permissions by which work items may be read and written.
var (
	readPermissions  = []string{"user_impersonation", "vso.work", "vso.work_write"}
	writePermissions = []string{"user_impersonation", "vso.work_write"}
)

// asksOnly are the resources that are read with POST.
func asksOnly(r *http.Request) bool {
	path := strings.ToLower(r.URL.Path)
	return r.Method == http.MethodGet || strings.HasSuffix(path, "/wiql") || strings.HasSuffix(path, "/workitemsbatch")
}

// caller returns the person on whose behalf the token was issued, who is a member of the organization. Without a token a
// browser is sent to sign in, and a program that doesn't want this is refused.
func (s *Server) caller(r *http.Request, organization boards.Organization) (sandbox.Person, error) {
	authorization := r.Header.Get("Authorization")
	if authorization == "" && !strings.EqualFold(r.Header.Get("X-TFS-FedAuthRedirect"), "Suppress") {
		return sandbox.Person{}, &problem{status: http.StatusFound, header: map[string]string{"Location": signInPath}}
	}
	token, ok := strings.CutPrefix(authorization, "Bearer ")
	var claims struct {
		Audience    string `json:"aud"`
		DirectoryID string `json:"tid"`
		ObjectID    string `json:"oid"`
		Permissions string `json:"scp"`

		Confirmed []string `json:"acrs"`
	}
	if !ok || s.entra.Verify(token, &claims) != nil {
		return sandbox.Person{}, errUnauthorized(signInHeader(organization, "TF400813: Resource not available for anonymous access."))
	}
	resource, ok := s.entra.Resource(claims.Audience)
	if !ok || resource.ClientID != sandbox.AzureDevOpsResourceID {
		return sandbox.Person{}, errUnauthorized(signInHeader(organization, "TF400813: Resource not available for anonymous access."))
	}
	if s.faultOf(r) == standin.ClaimsChallenge && !entra.Confirmed(claims.Confirmed) {
		header := signInHeader(organization, "TF400813: The token lacks claims that a policy wants.")
		header["Www-Authenticate"] += `, error="insufficient_claims", claims="` + entra.ConfirmChallenge() + `"`
		return sandbox.Person{}, errUnauthorized(header)
	}
	person, ok := s.entra.PersonByObjectID(claims.DirectoryID, claims.ObjectID)
	if !ok || !s.boards.IsMember(organization.ID, person) {
		return sandbox.Person{}, errNotAuthorized(claims.ObjectID)
	}
	wanted := writePermissions
	if asksOnly(r) {
		wanted = readPermissions
	}
	if !slices.ContainsFunc(strings.Fields(claims.Permissions), func(p string) bool { return slices.Contains(wanted, p) }) {
		return sandbox.Person{}, errNotAuthorized(claims.ObjectID)
	}
	return person, nil
}

const signInPath = "/_signin"

// signInHeader says where to sign in, and why.
func signInHeader(organization boards.Organization, reason string) map[string]string {
	return map[string]string{
		"Www-Authenticate":   "Bearer authorization_uri=https://login.microsoftonline.com/" + organization.DirectoryID,
		"X-Tfs-Serviceerror": reason,
	}
}

func errNotAuthorized(objectID string) *problem {
	return &problem{
		status: http.StatusUnauthorized, key: "UnauthorizedRequestException",
		message: "TF400813: The user '" + objectID + "' is not authorized to access this resource.",
	}
}
