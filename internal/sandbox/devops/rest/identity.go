package rest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/devops/boards"
)

// identity is a person as fields have them.
type identity struct {
	DisplayName string         `json:"displayName"`
	URL         string         `json:"url"`
	Links       map[string]any `json:"_links"`
	ID          string         `json:"id"`
	UniqueName  string         `json:"uniqueName"`
	ImageURL    string         `json:"imageUrl"`
	Descriptor  string         `json:"descriptor"`
}

func (c *call) identity(person sandbox.Person) identity {
	here := c.base + "/" + c.organization.Name
	id := IdentityID(c.organization, person)
	image := here + "/_apis/GraphProfile/MemberAvatars/" + descriptor(person)
	return identity{
		DisplayName: person.Name, URL: here + "/_apis/Identities/" + id, ID: id,
		Links:      map[string]any{"avatar": map[string]string{"href": image}},
		UniqueName: person.Email, ImageURL: image, Descriptor: descriptor(person),
	}
}

// IdentityID is the id that an organization has for a person. As in Azure DevOps it is another one than the directory's:
// https://learn.microsoft.com/rest/api/azure/devops/graph/#storage-keys
func IdentityID(organization boards.Organization, person sandbox.Person) string {
	sum := sha256.Sum256([]byte(organization.ID + person.ObjectID))
	id := hex.EncodeToString(sum[:16])
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}

// descriptor is what Azure DevOps calls a person of an Entra directory.
func descriptor(person sandbox.Person) string {
	return "aad." + base64.RawURLEncoding.EncodeToString([]byte(person.ObjectID))
}
