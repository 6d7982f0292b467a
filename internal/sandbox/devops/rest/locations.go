package rest

import (
	"net/http"
	"strings"
)

// apiVersion is the newest version of the API, and that of all resources.
const apiVersion = "7.2"

// handler answers a call. A nil body is an answer without content; the error is a *problem or a *boards.Refusal.
type handler func(*Server, *call) (any, error)

// resource is a resource of the REST API, under the id by which clients know it.
type resource struct {
	id, area, name string
	// template is the route with its parameters. Those in front of _apis and at the end may be missing.
	template string
	version  int
	methods  map[string]handler
}

// resources are all there are. Of two that an address fits, the first answers.
func resources() []resource {
	get := func(h handler) map[string]handler { return map[string]handler{http.MethodGet: h} }
	return []resource{
		{"e81700f7-3be2-46de-8624-2eb35882fcaa", "Location", "ResourceAreas", "_apis/{resource}/{areaId}", 1, get((*Server).resourceAreas)},
		{"00d9565f-ed9c-4a06-9a50-00e7896ccab4", "Location", "connectionData", "_apis/{resource}", 1, get((*Server).connectionData)},
		{"603fe2ac-9723-48b9-88ad-09305aa6c6e1", "core", "projects", "_apis/{resource}/{*projectId}", 4, get((*Server).projects)},
		{
			"62d3d110-0047-428c-ad3c-4fe872c91c74", "wit", "workItems", "{project}/_apis/{area}/{resource}/${type}", 3,
			map[string]handler{http.MethodPost: (*Server).createWorkItem},
		},
		{
			"72c7ddf8-2cdc-4f60-90cd-ab71c14a399b", "wit", "workItems", "{project}/_apis/{area}/{resource}/{id}", 3,
			map[string]handler{
				http.MethodGet: (*Server).getWorkItems, http.MethodPatch: (*Server).updateWorkItem,
				http.MethodDelete: (*Server).deleteWorkItem,
			},
		},
		{
			"b70d8d39-926c-465e-b927-b1bf0e5ca0e0", "wit", "recyclebin", "{project}/_apis/{area}/{resource}/{id}", 2,
			map[string]handler{
				http.MethodGet: (*Server).recycleBin, http.MethodPatch: (*Server).restoreWorkItem,
				http.MethodDelete: (*Server).destroyWorkItem,
			},
		},
		{
			"a00c85a5-80fa-4565-99c3-bcd2181434bb", "wit", "revisions", "{project}/_apis/{area}/workItems/{id}/{resource}/{revisionNumber}",
			3, get((*Server).revisions),
		},
		{
			"6570bf97-d02c-4a91-8d93-3abe9895b1a9", "wit", "updates", "{project}/_apis/{area}/workItems/{id}/{resource}/{updateNumber}",
			3, get((*Server).updates),
		},
		{
			"1a9c53f7-f243-4447-b110-35ef023636e4", "wit", "wiql", "{project}/{team}/_apis/{area}/{resource}", 2,
			map[string]handler{http.MethodPost: (*Server).queryWorkItems},
		},
		{
			"b51fd764-e5c2-4b9b-aaf7-3395cf4bdd94", "wit", "fields", "{project}/_apis/{area}/{resource}/{fieldNameOrRefName}", 3,
			get((*Server).fields),
		},
		{"7c8d7a76-4a09-43e8-b5df-bd792f4ac6aa", "wit", "workItemTypes", "{project}/_apis/{area}/{resource}/{type}", 2, get((*Server).itemTypes)},
		{
			"7c9d7a76-4a09-43e8-b5df-bd792f4ac6aa", "wit", "states", "{project}/_apis/{area}/workItemTypes/{type}/{resource}", 1,
			get((*Server).states),
		},
		{
			"908509b6-4248-4475-a1cd-829139ba419f", "wit", "workItemsBatch", "{project}/_apis/{area}/{resource}", 1,
			map[string]handler{http.MethodPost: (*Server).postBatch},
		},
	}
}

// location is how a resource is published to clients, so that they find its address.
type location struct {
	ID              string `json:"id"`
	Area            string `json:"area"`
	ResourceName    string `json:"resourceName"`
	RouteTemplate   string `json:"routeTemplate"`
	ResourceVersion int    `json:"resourceVersion"`
	MinVersion      string `json:"minVersion"`
	MaxVersion      string `json:"maxVersion"`
	ReleasedVersion string `json:"releasedVersion"`
}

func locations() []location {
	var all []location
	for _, r := range resources() {
		all = append(all, location{r.id, r.area, r.name, r.template, r.version, "1.0", apiVersion, "7.1"})
	}
	return all
}

// match finds the resource of an address: the segments between the organization and _apis, and those after it.
func match(before, after []string) (*resource, map[string]string) {
	for _, r := range resources() {
		if parameters, ok := r.match(before, after); ok {
			return &r, parameters
		}
	}
	return nil, nil
}

func (r resource) match(before, after []string) (map[string]string, bool) {
	front, back, _ := strings.Cut(r.template, "_apis/")
	parameters := map[string]string{}
	places := strings.FieldsFunc(front, func(c rune) bool { return c == '/' })
	if len(before) > len(places) {
		return nil, false
	}
	for i, segment := range before {
		parameters[strings.Trim(places[i], "{}")] = segment
	}
	parts := strings.Split(strings.NewReplacer("{area}", r.area, "{resource}", r.name).Replace(back), "/")
	if len(after) > len(parts) {
		return nil, false
	}
	for i, part := range parts {
		name, isParameter := strings.CutPrefix(part, "{")
		given := i < len(after) && after[i] != ""
		switch typeName, isType := strings.CutPrefix(part, "$"); {
		case isParameter && given:
			parameters[strings.Trim(name, "*}")] = after[i]
		case isParameter && i == len(parts)-1:
		case isType && given && strings.HasPrefix(after[i], "$"):
			parameters[strings.Trim(typeName, "{}")] = strings.TrimPrefix(after[i], "$")
		case !given || !strings.EqualFold(part, after[i]):
			return nil, false
		}
	}
	return parameters, true
}

// checkVersion demands a version of the API from requests that change something, and refuses one that is not there yet.
// https://learn.microsoft.com/azure/devops/integrate/concepts/rest-api-versioning
func checkVersion(r *http.Request) error {
	version := r.URL.Query().Get("api-version")
	if version == "" {
		_, version, _ = strings.Cut(r.Header.Get("Accept"), "api-version=")
		version, _, _ = strings.Cut(version, ";")
	}
	number, _, _ := strings.Cut(strings.TrimSpace(version), "-")
	switch {
	case version == "" && r.Method != http.MethodGet:
		return &problem{
			status: http.StatusBadRequest, key: "VssVersionNotSpecifiedException",
			message: "No api-version was supplied for the \"" + r.Method + "\" request.",
		}
	case version != "" && (len(number) != 3 || number < "1.0" || number > apiVersion):
		return &problem{
			status: http.StatusBadRequest, key: "VssVersionOutOfRangeException",
			message: "The requested REST API version of " + version + " is out of range for this server.",
		}
	}
	return nil
}
