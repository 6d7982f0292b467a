package rest

import (
	"encoding/base64"

	"timetracker/internal/sandbox"
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
	image := here + "/_apis/GraphProfile/MemberAvatars/" + descriptor(person)
	return identity{
		DisplayName: person.Name, URL: here + "/_apis/Identities/" + person.ObjectID, ID: person.ObjectID,
		Links:      map[string]any{"avatar": map[string]string{"href": image}},
		UniqueName: person.Email, ImageURL: image, Descriptor: descriptor(person),
	}
}

// descriptor is what Azure DevOps calls a person of an Entra directory.
func descriptor(person sandbox.Person) string {
	return "aad." + base64.RawURLEncoding.EncodeToString([]byte(person.ObjectID))
}
