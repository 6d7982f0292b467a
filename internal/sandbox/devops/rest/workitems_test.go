package rest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	wit "github.com/microsoft/azure-devops-go-api/azuredevops/v7/workitemtracking"

	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/devops/rest"
	"timetracker/internal/sandbox/sandboxtest"
)

// items returns Microsoft's client for the work items of Contoso.
func (w *world) items(t *testing.T, user string) wit.Client {
	t.Helper()
	client, err := wit.NewClient(t.Context(), w.connect(t, user, "contoso"))
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func read(t *testing.T, client wit.Client, id int) wit.WorkItem {
	t.Helper()
	item, err := client.GetWorkItem(t.Context(), wit.GetWorkItemArgs{Id: &id})
	if err != nil {
		t.Fatal(err)
	}
	return *item
}

func TestOneWorkItem(t *testing.T) {
	w := start(t)
	client := w.items(t, ada)
	item, err := client.GetWorkItem(t.Context(), wit.GetWorkItemArgs{Id: pointer(104), Expand: &wit.WorkItemExpandValues.All})
	if err != nil {
		t.Fatal(err)
	}
	fields := *item.Fields
	assigned, _ := fields[boards.FieldAssignedTo].(map[string]any)
	got := map[string]any{
		"id": *item.Id, "rev": *item.Rev, "type": fields[boards.FieldType], "state": fields[boards.FieldState],
		"project": fields[boards.FieldProject], "area": fields[boards.FieldArea], "parent": fields[boards.FieldParent],
		"completed": fields[boards.FieldCompletedWork], "remaining": fields[boards.FieldRemainingWork],
		"assigned": fmt.Sprint(assigned["displayName"], " ", assigned["uniqueName"], " ", assigned["id"]),
		"changed":  fields[boards.FieldChangedDate],
	}
	want := map[string]any{
		"id": 104, "rev": 1, "type": "Task", "state": "Active", "project": "Payments", "area": "Payments", "parent": 103.0,
		"completed": 11.5, "remaining": 4.0,
		"assigned": "Grace Hopper " + grace + " " + rest.IdentityID(w.boards.Organizations()[0], sandboxtest.Person(t, grace)),
		"changed":  "2026-11-21T09:30:00Z",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the work item (-want +got):\n%s", diff)
	}
	story, err := client.GetWorkItem(t.Context(), wit.GetWorkItemArgs{Id: pointer(103), Expand: &wit.WorkItemExpandValues.Relations})
	if err != nil {
		t.Fatal(err)
	}
	var related []string
	for _, r := range *story.Relations {
		address := *r.Url
		related = append(related, *r.Rel+" "+address[strings.LastIndexByte(address, '/')+1:])
	}
	const child = "System.LinkTypes.Hierarchy-Forward "
	wantRelated := []string{"System.LinkTypes.Hierarchy-Reverse 102", child + "104", child + "105", child + "106"}
	if diff := cmp.Diff(wantRelated, related); diff != "" {
		t.Errorf("relations (-want +got):\n%s", diff)
	}
	if plain := read(t, client, 103); plain.Relations != nil || plain.Links != nil {
		t.Errorf("without $expand: %v %v", plain.Relations, plain.Links)
	}
}

func TestSelectedFields(t *testing.T) {
	w := start(t)
	item, err := w.items(t, ada).GetWorkItem(t.Context(), wit.GetWorkItemArgs{
		Id: pointer(106), Fields: &[]string{"System.Title", "system.id", boards.FieldCompletedWork, boards.FieldAssignedTo},
	})
	if err != nil {
		t.Fatal(err)
	}
	// A field without a value is not there.
	want := map[string]any{"System.Title": "Tell the buyer when the transfer has arrived", "System.Id": 106.0, boards.FieldCompletedWork: 0.0}
	if diff := cmp.Diff(want, *item.Fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

func TestBatches(t *testing.T) {
	w := start(t)
	client := w.items(t, linus)
	ids := func(items *[]wit.WorkItem) (got []int) {
		for _, item := range *items {
			if item.Id == nil {
				got = append(got, 0)
				continue
			}
			got = append(got, *item.Id)
		}
		return got
	}
	byQuery, err := client.GetWorkItems(t.Context(), wit.GetWorkItemsArgs{Ids: &[]int{120, 104, 999, 132}, ErrorPolicy: &wit.WorkItemErrorPolicyValues.Omit})
	if err != nil {
		t.Fatal(err)
	}
	byBody, err := client.GetWorkItemsBatch(t.Context(), wit.GetWorkItemsBatchArgs{WorkItemGetRequest: &wit.WorkItemBatchGetRequest{
		Ids: &[]int{120, 104, 999, 132}, Fields: &[]string{"System.Title"}, ErrorPolicy: &wit.WorkItemErrorPolicyValues.Omit,
	}})
	if err != nil {
		t.Fatal(err)
	}
	// There is no 999, and Linus may not know of 132: null stands in their places.
	for _, got := range [][]int{ids(byQuery), ids(byBody)} {
		if diff := cmp.Diff([]int{120, 104, 0, 0}, got); diff != "" {
			t.Errorf("ids (-want +got):\n%s", diff)
		}
	}
	if fields := *(*byBody)[1].Fields; len(fields) != 1 {
		t.Errorf("fields %v", fields)
	}
	_, err = client.GetWorkItems(t.Context(), wit.GetWorkItemsArgs{Ids: &[]int{104, 132}})
	want{http.StatusNotFound, "WorkItemUnauthorizedAccessException", "TF401232: Work item 132 "}.check(t, err)

	many := slices.Repeat([]int{104}, 200)
	if all, err := client.GetWorkItems(t.Context(), wit.GetWorkItemsArgs{Ids: &many}); err != nil || len(*all) != 200 {
		t.Errorf("200 work items: %v", err)
	}
	many = append(many, 105)
	_, err = client.GetWorkItems(t.Context(), wit.GetWorkItemsArgs{Ids: &many})
	want{http.StatusBadRequest, "WorkItemPageSizeExceededException", "VS403474: You requested 201 "}.check(t, err)
	_, err = client.GetWorkItemsBatch(t.Context(), wit.GetWorkItemsBatchArgs{WorkItemGetRequest: &wit.WorkItemBatchGetRequest{Ids: &many}})
	want{http.StatusBadRequest, "WorkItemPageSizeExceededException", "VS403474: You requested 201 "}.check(t, err)
}

func TestWhatAPersonMaySee(t *testing.T) {
	w := start(t)
	payments := w.boards.Organizations()[0].Projects[0].ID
	missing := func(id int) want {
		return want{http.StatusNotFound, "WorkItemUnauthorizedAccessException", fmt.Sprintf("TF401232: Work item %d ", id)}
	}
	get := func(user string, id int, project *string) error {
		_, err := w.items(t, user).GetWorkItem(t.Context(), wit.GetWorkItemArgs{Id: &id, Project: project})
		return err
	}
	for name, err := range map[string]error{
		"a closed area, for those who work there": get(grace, 132, nil),
		"an area to be read":                      get(linus, 133, nil),
		"by the project's name":                   get(linus, 104, pointer("payments")),
		"by the project's id":                     get(linus, 104, &payments),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	missing(132).check(t, get(linus, 132, nil))
	missing(999).check(t, get(linus, 999, nil))
	missing(104).check(t, get(linus, 104, pointer("Storefront")))
	// An organization has no work items of another one, whatever their numbers.
	missing(201).check(t, get(linus, 201, nil))

	// A setting for one person stands over that for everybody, and an area over the project.
	person := sandboxtest.Person(t, linus)
	if err := w.boards.SetAccess(payments, "", boards.Hidden); err != nil {
		t.Fatal(err)
	}
	missing(104).check(t, get(linus, 104, nil))
	if err := get(linus, 133, nil); err != nil {
		t.Errorf("in an area with a setting of its own: %v", err)
	}
	if err := w.boards.SetAccess(payments, "", boards.Read, person); err != nil {
		t.Fatal(err)
	}
	if err := get(linus, 104, nil); err != nil {
		t.Errorf("with a setting of one's own: %v", err)
	}
}

func TestReadingsThatAreRefused(t *testing.T) {
	w := start(t)
	tests := map[string]struct {
		method, path, body string
		want               want
	}{
		"an unknown field":   {http.MethodGet, "104?fields=System.Nothing", "", want{400, "WorkItemTrackingFieldDefinitionNotFoundException", "TF51535: Cannot find field System.Nothing."}},
		"fields and $expand": {http.MethodGet, "104?fields=System.Id&$expand=relations", "", want{400, "ConflictingParametersException", ""}},
		"expanding nothing":  {http.MethodGet, "104?$expand=x", "", want{400, "ArgumentException", ""}},
		"the past":           {http.MethodGet, "104?asOf=2026-01-01", "", want{400, "ArgumentException", ""}},
		"no number":          {http.MethodGet, "abc", "", want{400, "ArgumentException", ""}},
		"no ids":             {http.MethodGet, "", "", want{400, "ArgumentException", ""}},
		"ids of nothing":     {http.MethodGet, "?ids=1,x", "", want{400, "ArgumentException", ""}},
		"an unknown project": {http.MethodGet, "../../../Nowhere/_apis/wit/workItems/104", "", want{404, "ProjectDoesNotExistWithNameException", "TF200016:"}},
		"no body":            {http.MethodPost, "../workItemsBatch", "", want{400, "VssPropertyValidationException", ""}},
		"the past, in a body": {
			http.MethodPost, "../workItemsBatch", `{"ids":[104],"asOf":"2026-01-01T00:00:00Z"}`, want{400, "ArgumentException", ""},
		},
		"both, in a body": {
			http.MethodPost, "../workItemsBatch", `{"ids":[104],"fields":["System.Id"],"$expand":"All"}`,
			want{400, "ConflictingParametersException", ""},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := "/contoso/_apis/wit/workItems/" + test.path
			if below, ok := strings.CutPrefix(test.path, "../"); ok {
				path = "/contoso/_apis/wit/" + below
			}
			if below, ok := strings.CutPrefix(test.path, "../../../"); ok {
				path = "/contoso/" + below
			}
			test.want.checkAnswer(t, w.send(t, ada, test.method, path, test.body, nil))
		})
	}
	got := w.send(t, ada, http.MethodPost, "/contoso/_apis/wit/workItemsBatch", `{"ids":[104]}`, map[string]string{"Accept": "application/json"})
	want{400, "VssVersionNotSpecifiedException", ""}.checkAnswer(t, got)
}
