package rest

import (
	"net/http"
	"strings"
)

// resourceArea says where the resources of an area are.
type resourceArea struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	LocationURL string `json:"locationUrl"`
}

// resourceAreas lists the areas, or answers one.
func (s *Server) resourceAreas(c *call) (any, error) {
	here := c.base + "/" + c.organization.Name + "/"
	areas := []resourceArea{
		{"79134c72-4a58-4b42-976c-04e7115f32bf", "core", here},
		{"5264459e-e5e0-4bd8-b118-0985e68a4ec5", "wit", here},
	}
	id := c.parameters["areaId"]
	if id == "" {
		return listOf(areas), nil
	}
	for _, area := range areas {
		if strings.EqualFold(area.ID, id) {
			return area, nil
		}
	}
	return nil, &problem{status: http.StatusNotFound, key: "VssResourceNotFoundException", message: "There is no area " + id + "."}
}

// deploymentID is the id of the deployment that all organizations are in.
const deploymentID = "3a4b9d70-51c6-4e8f-9b1d-70f6c2a85e11"

// connectionData says who is signed in to which organization.
func (s *Server) connectionData(c *call) (any, error) {
	user := map[string]any{
		"id": IdentityID(c.organization, c.person), "subjectDescriptor": descriptor(c.person), "isActive": true,
		"descriptor":          "Microsoft.IdentityModel.Claims.ClaimsIdentity;" + c.person.DirectoryID + `\` + c.person.UserPrincipalName,
		"providerDisplayName": c.person.Name,
		"properties":          map[string]any{"Account": map[string]any{"$type": "System.String", "$value": c.person.Email}},
	}
	return map[string]any{
		"authenticatedUser": user, "authorizedUser": user,
		"instanceId": c.organization.ID, "deploymentId": deploymentID, "deploymentType": "hosted",
		"locationServiceData": map[string]any{
			"defaultAccessMappingMoniker": "PublicAccessMapping", "lastChangeId": 1, "lastChangeId64": 1, "clientCacheFresh": false,
		},
	}, nil
}
