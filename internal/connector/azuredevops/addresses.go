package azuredevops

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"

	"github.com/google/uuid"
	"github.com/microsoft/azure-devops-go-api/azuredevops/v7"
)

// apiVersion is the version of the API that is asked for:
// https://learn.microsoft.com/azure/devops/integrate/concepts/rest-api-versioning
const apiVersion = "7.1"

// addresses answers where the resources are that this package uses. The library asks for them once in a process, at the
// address that it is made with. They are those that Azure DevOps documents.
func addresses(r *http.Request) *http.Response {
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(listed)),
		ContentLength: int64(len(listed)), Request: r,
	}
}

var listed = listAddresses()

func listAddresses() []byte {
	var all []azuredevops.ApiResourceLocation
	for _, each := range []struct {
		id, area, name, route string
		version               int
	}{
		{"00d9565f-ed9c-4a06-9a50-00e7896ccab4", "Location", "connectionData", "_apis/{resource}", 1},
		{"1a9c53f7-f243-4447-b110-35ef023636e4", "wit", "wiql", "_apis/{area}/{resource}", 2},
		{"908509b6-4248-4475-a1cd-829139ba419f", "wit", "workItemsBatch", "_apis/{area}/{resource}", 1},
		{"72c7ddf8-2cdc-4f60-90cd-ab71c14a399b", "wit", "workItems", "_apis/{area}/{resource}/{id}", 3},
		{"7c9d7a76-4a09-43e8-b5df-bd792f4ac6aa", "wit", "states", "{project}/_apis/{area}/workItemTypes/{type}/{resource}", 1},
		{"6570bf97-d02c-4a91-8d93-3abe9895b1a9", "wit", "updates", "_apis/{area}/workItems/{id}/{resource}/{updateNumber}", 3},
		{"a00c85a5-80fa-4565-99c3-bcd2181434bb", "wit", "revisions", "_apis/{area}/workItems/{id}/{resource}/{revisionNumber}", 3},
	} {
		id, lowest, highest := uuid.MustParse(each.id), "1.0", apiVersion
		all = append(all, azuredevops.ApiResourceLocation{
			Id: &id, Area: &each.area, ResourceName: &each.name, RouteTemplate: &each.route, ResourceVersion: &each.version,
			MinVersion: &lowest, MaxVersion: &highest, ReleasedVersion: &highest,
		})
	}
	content, err := json.Marshal(map[string]any{"count": len(all), "value": all})
	if err != nil {
		panic(err) // there is nothing in it that can't be written
	}
	return content
}
