package entra

import (
	"cmp"
	"crypto/sha256"
	"strings"
	"time"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/standin"
)

// servicePrincipal returns an app's object id in a directory.
func servicePrincipal(client sandbox.App, directory sandbox.Directory) string {
	sum := sha256.Sum256([]byte(client.ClientID + "/" + directory.ID))
	return standin.FormatGUID([16]byte(sum[:16]))
}

// commonClaims returns the claims of all tokens, with the issuer of version 2.
func (e *Server) commonClaims(directoryID string, now time.Time) map[string]any {
	return map[string]any{
		"iss": e.issuer(directoryID),
		"iat": now.Unix(),
		"nbf": now.Unix(),
		"exp": now.Add(tokenLifetime).Unix(),
		"tid": directoryID,
		"uti": standin.NewGUID(),
		"rh":  "1.sandbox",
		"ver": "2.0",
	}
}

// accessClaims returns the claims of a user's access token. Version 1 differs as documented, but has no ipaddr here.
// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
func (e *Server) accessClaims(g grant, now time.Time) map[string]any {
	claims := e.commonClaims(g.person.DirectoryID, now)
	e.addPerson(claims, g.person)
	claims["aud"] = g.scope.tokenAudience()
	claims["sub"] = sub(g.scope.resource.ClientID, g.person)
	claims["scp"] = strings.Join(g.scope.permissions, " ")
	e.addClient(claims, g.scope.resource, g.client)
	if g.confirmed {
		claims["acrs"] = []string{confirmedContext}
	}
	if g.scope.resource.AccessTokenVersion == 1 {
		delete(claims, "preferred_username")
		claims["upn"] = g.person.UserPrincipalName
		claims["unique_name"] = g.person.Email
	}
	return claims
}

func (e *Server) idClaims(g grant, now time.Time) map[string]any {
	claims := e.commonClaims(g.person.DirectoryID, now)
	e.addPerson(claims, g.person)
	claims["aud"] = g.client.ClientID
	claims["sub"] = sub(g.client.ClientID, g.person)
	if g.nonce != "" {
		claims["nonce"] = g.nonce
	}
	return claims
}

// tokenAudience returns the aud claim. Version 2 has the client id, version 1 the name that the client used.
func (s scopeRequest) tokenAudience() string {
	if s.resource.AccessTokenVersion == 1 {
		return s.audience
	}
	return s.resource.ClientID
}

func (e *Server) addPerson(claims map[string]any, person sandbox.Person) {
	claims["oid"] = person.ObjectID
	claims["name"] = person.Name
	claims["preferred_username"] = person.Email
	claims["email"] = cmp.Or(person.Mail, person.Email)
	claims["acct"] = 0
	if person.Guest() {
		claims["acct"] = 1
		claims["idp"] = v1Issuer(person.HomeDirectoryID)
		return
	}
	// The directory has verified the domain of its members' addresses, not that of its guests'.
	// https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
	claims["xms_edov"] = person.Mail == ""
}

// addClient adds the client that asked for an access token. The resource decides on the token's version.
func (e *Server) addClient(claims map[string]any, resource, client sandbox.App) {
	authentication := "0"
	if client.Secret != "" {
		authentication = "1"
	}
	if resource.AccessTokenVersion != 1 {
		claims["azp"], claims["azpacr"] = client.ClientID, authentication
		return
	}
	claims["appid"], claims["appidacr"] = client.ClientID, authentication
	claims["ver"] = "1.0"
	claims["iss"] = v1Issuer(claims["tid"].(string))
}

// v1Issuer returns the issuer of version 1 tokens, which does not depend on Entra's address.
func v1Issuer(directoryID string) string { return "https://sts.windows.net/" + directoryID + "/" }

// Verify checks what every resource checks of an access token: its signature, its issuer and its lifetime. It decodes
// the claims, of which audience, client and permissions are the caller's to check.
func (e *Server) Verify(token string, claims any) error {
	var common struct {
		Issuer      string `json:"iss"`
		Version     string `json:"ver"`
		DirectoryID string `json:"tid"`
		Expires     int64  `json:"exp"` // seconds since 1970
		NotBefore   int64  `json:"nbf"` // seconds since 1970
	}
	if err := e.keys.verify(token, &common); err != nil {
		return err
	}
	issuers := map[string]string{"1.0": v1Issuer(common.DirectoryID), "2.0": e.issuer(common.DirectoryID)}
	now := e.now().Unix()
	if common.Issuer == "" || common.Issuer != issuers[common.Version] || now < common.NotBefore || now >= common.Expires {
		return errBadToken
	}
	return e.keys.verify(token, claims)
}
