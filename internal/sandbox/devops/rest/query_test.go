package rest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	wit "github.com/microsoft/azure-devops-go-api/azuredevops/v7/workitemtracking"

	"timetracker/internal/sandbox/devops/boards"
)

// ask runs a query with Microsoft's client, in a project unless it is empty.
func ask(t *testing.T, client wit.Client, project, query string, top *int) ([]int, error) {
	t.Helper()
	found, err := client.QueryByWiql(t.Context(), wit.QueryByWiqlArgs{Wiql: &wit.Wiql{Query: &query}, Project: &project, Top: top})
	if err != nil {
		return nil, err
	}
	ids := []int{}
	for _, item := range *found.WorkItems {
		ids = append(ids, *item.Id)
	}
	return ids, nil
}

func TestQueries(t *testing.T) {
	w := start(t)
	client := w.items(t, linus)
	w.entra.Clock.Advance(time.Minute)
	if _, err := patch(t, client, 105, step(add, "/fields/"+boards.FieldCompletedWork, 7.5)); err != nil {
		t.Fatal(err)
	}
	w.entra.Clock.Advance(time.Minute)
	if _, err := patch(t, client, 120, step(add, "/fields/"+boards.FieldTags, "slow; reviews")); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		where string
		want  []int
	}{
		"a number":                     {"[System.Id] = 104", []int{104}},
		"numbers, as text too":         {"[System.Id] IN (104, '105', 132, 999)", []int{104, 105}},
		"mine, latest first":           {"[System.AssignedTo] = @me AND [System.State] <> 'Closed' ORDER BY [System.ChangedDate] DESC, [System.Id]", []int{120, 105, 107, 118, 119}},
		"mine, in the project":         {"[System.AssignedTo] = @Me AND [System.TeamProject] = @project AND [System.State] IN ('active', 'CLOSED')", []int{105, 107, 116}},
		"somebody's by name":           {"[Assigned To] = 'margaret hamilton' AND [Work Item Type] = 'Bug'", []int{108}},
		"somebody's by address":        {"[System.AssignedTo] = '" + linus + "' AND [System.Id] = 107", []int{107}},
		"somebody's by a part":         {"[System.AssignedTo] CONTAINS 'nakam'", []int{113, 130}},
		"nobody's":                     {"[System.AssignedTo] = ''", []int{106, 110, 128}},
		"a part of the title":          {"[System.Title] CONTAINS 'UMBREL'", []int{124}},
		"words of the title":           {"[System.Title] CONTAINS WORDS 'transfers order*'", []int{105}},
		"a word that is a part only":   {"[System.Title] CONTAINS WORDS 'order'", []int{110, 113, 114}},
		"no words":                     {"[System.Title] CONTAINS WORDS ' '", []int{}},
		"words of the tags":            {"[System.Tags] CONTAINS 'reviews'", []int{120}},
		"children":                     {"[System.Parent] = 103", []int{104, 105, 106}},
		"hours":                        {"[Microsoft.VSTS.Scheduling.CompletedWork] IN (7.5, 11.5)", []int{104, 105}},
		"an area and all below, seen":  {`[System.AreaPath] UNDER 'payments' AND [System.Id] IN (131, 132, 133)`, []int{133}},
		"an area alone":                {`[System.AreaPath] = 'Payments\Audit' OR [System.AreaPath] UNDER 'Payments\Aud'`, []int{133}},
		"other's parentheses":          {"([System.Id] = 104 OR [System.Id] = 105) AND [System.State] = 'Active' AND NOT_A = 1", nil},
		"of both, in parentheses":      {"([System.Id] = 104 OR [System.Id] = 113) AND [System.State] = 'Active'", []int{104}},
		"nothing":                      {"[System.Title] = 'nothing'", []int{}},
		"sorted by words, empty first": {"[System.Parent] = 103 ORDER BY [System.AssignedTo], [System.Title] DESC", []int{106, 104, 105}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := ask(t, client, "Payments", "SELECT [System.Id] FROM WorkItems WHERE "+test.where, nil)
			if test.want == nil {
				want{400, "SyntaxException", "TF51005: The query references a field that does not exist. The error is caused by «NOT_A»."}.check(t, err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	all, err := ask(t, client, "", "SELECT [System.Id] FROM WorkItems", nil)
	if err != nil || len(all) != 32 {
		t.Errorf("%d work items of Contoso are to be seen, want all but the closed area's: %v", len(all), err)
	}
	few, err := ask(t, client, "", "SELECT [System.Id] FROM WorkItems ORDER BY [System.Id] DESC", pointer(2))
	if err != nil || !cmp.Equal(few, []int{133, 131}) {
		t.Errorf("the last two: %v %v", few, err)
	}
}

func TestWhatAQueryAnswersBesideIds(t *testing.T) {
	w := start(t)
	query := "SELECT [System.Id], Title FROM WorkItems WHERE [System.Id] = 104 ORDER BY [System.State] DESC"
	found, err := w.items(t, ada).QueryByWiql(t.Context(), wit.QueryByWiqlArgs{Wiql: &wit.Wiql{Query: &query}})
	if err != nil {
		t.Fatal(err)
	}
	sorted := (*found.SortColumns)[0]
	if *found.QueryType != wit.QueryTypeValues.Flat || len(*found.Columns) != 2 || *(*found.Columns)[1].ReferenceName != "System.Title" ||
		!*sorted.Descending || *sorted.Field.ReferenceName != "System.State" || !found.AsOf.Time.Equal(w.entra.Clock.Now()) {
		t.Errorf("%+v", found)
	}
}

func TestQueriesThatAreRefused(t *testing.T) {
	w := start(t)
	client := w.items(t, ada)
	refused := map[string]struct{ project, query, message string }{
		"no query":               {"", "", "TF51004:"},
		"another operator":       {"", "SELECT [System.Id] FROM WorkItems WHERE [System.Id] > 5", "Expecting one of the operators"},
		"a column of nothing":    {"", "SELECT [System.Nothing] FROM WorkItems", "TF51005:"},
		"an order of nothing":    {"", "SELECT [System.Id] FROM WorkItems ORDER BY [System.Nothing]", "TF51005:"},
		"a part of a number":     {"", "SELECT [System.Id] FROM WorkItems WHERE [System.Id] CONTAINS '1'", "The field can't be compared by CONTAINS."},
		"an instant":             {"", "SELECT [System.Id] FROM WorkItems WHERE [System.ChangedDate] = '2026-01-01'", "The field can't be compared by =."},
		"words for a number":     {"", "SELECT [System.Id] FROM WorkItems WHERE [System.Id] IN (1, 'two')", "The field is compared with numbers."},
		"no project":             {"", "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project", "The macro needs a project"},
		"me for a text":          {"Payments", "SELECT [System.Id] FROM WorkItems WHERE [System.Title] = @me", "The field can't be compared with the macro."},
		"a project for a person": {"Payments", "SELECT [System.Id] FROM WorkItems WHERE [System.AssignedTo] = @project", "The field can't be compared with the macro."},
		"in a condition":         {"", "SELECT [System.Id] FROM WorkItems WHERE [System.Id] = 1 OR ([a] = 1 AND [System.Id] = 2)", "TF51005:"},
	}
	for name, test := range refused {
		t.Run(name, func(t *testing.T) {
			_, err := ask(t, client, test.project, test.query, nil)
			want{http.StatusBadRequest, "SyntaxException", test.message}.check(t, err)
		})
	}
	_, err := ask(t, client, "", "SELECT [System.Id] FROM WorkItems", pointer(0))
	want{http.StatusBadRequest, "ArgumentException", ""}.check(t, err)
	_, err = ask(t, client, "Nowhere", "SELECT [System.Id] FROM WorkItems", nil)
	want{http.StatusNotFound, "ProjectDoesNotExistWithNameException", ""}.check(t, err)
	got := w.send(t, ada, http.MethodPost, "/contoso/_apis/wit/wiql", "{", nil)
	want{http.StatusBadRequest, "VssPropertyValidationException", ""}.checkAnswer(t, got)
}
