package rest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	wit "github.com/microsoft/azure-devops-go-api/azuredevops/v7/workitemtracking"

	"timetracker/internal/sandbox/devops/boards"
)

func TestRevisionsAndUpdates(t *testing.T) {
	w := start(t)
	client := w.items(t, grace)
	for hours := 12; hours < 15; hours++ {
		w.entra.Clock.Advance(time.Minute)
		if _, err := patch(t, client, 104, step(add, "/fields/"+boards.FieldCompletedWork, hours)); err != nil {
			t.Fatal(err)
		}
	}
	w.entra.Clock.Advance(time.Minute)
	if _, err := patch(t, w.items(t, linus), 104, step(add, "/fields/System.History", "done"), step(remove, "/relations/0", nil)); err != nil {
		t.Fatal(err)
	}
	revisions, err := client.GetRevisions(t.Context(), wit.GetRevisionsArgs{Id: pointer(104), Skip: pointer(1), Top: pointer(4)})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range *revisions {
		got = append(got, fmt.Sprint(*r.Rev, " ", field(r, boards.FieldCompletedWork), " ", field(r, boards.FieldHistory), " ", field(r, boards.FieldCommentCount)))
	}
	if diff := cmp.Diff([]string{"2 12 <nil> 0", "3 13 <nil> 0", "4 14 <nil> 0", "5 14 done 1"}, got); diff != "" {
		t.Errorf("revisions (-want +got):\n%s", diff)
	}
	one, err := client.GetRevision(t.Context(), wit.GetRevisionArgs{Id: pointer(104), RevisionNumber: pointer(3)})
	if err != nil || field(*one, boards.FieldCompletedWork) != 13.0 {
		t.Errorf("revision 3: %v", err)
	}

	updates, err := client.GetUpdates(t.Context(), wit.GetUpdatesArgs{Id: pointer(104)})
	if err != nil {
		t.Fatal(err)
	}
	got = nil
	for _, u := range *updates {
		hours := (*u.Fields)[boards.FieldCompletedWork]
		got = append(got, fmt.Sprint(*u.Rev, " ", hours.OldValue, " ", hours.NewValue, " ", *u.RevisedBy.DisplayName, " ", u.RevisedDate.Time.Format("15:04")))
	}
	wantUpdates := []string{
		"1 <nil> 11.5 Ada Lovelace 09:31", "2 11.5 12 Grace Hopper 09:32", "3 12 13 Grace Hopper 09:33",
		"4 13 14 Grace Hopper 09:34", "5 <nil> <nil> Linus Bergström 00:00",
	}
	if diff := cmp.Diff(wantUpdates, got); diff != "" {
		t.Errorf("updates (-want +got):\n%s", diff)
	}
	if last := (*updates)[4]; last.Relations == nil || len(*last.Relations.Removed) != 1 {
		t.Errorf("the last update's relations: %+v", last.Relations)
	}
	first, err := client.GetUpdate(t.Context(), wit.GetUpdateArgs{Id: pointer(104), UpdateNumber: pointer(1)})
	if err != nil || len(*first.Relations.Added) != 1 {
		t.Errorf("the first update: %v", err)
	}
}

func TestHistoriesThatAreRefused(t *testing.T) {
	w := start(t)
	client := w.items(t, linus)
	_, err := client.GetRevision(t.Context(), wit.GetRevisionArgs{Id: pointer(104), RevisionNumber: pointer(2)})
	want{404, "WorkItemIdRevisionNotFoundException", ""}.check(t, err)
	_, err = client.GetUpdate(t.Context(), wit.GetUpdateArgs{Id: pointer(104), UpdateNumber: pointer(0)})
	want{404, "WorkItemIdRevisionNotFoundException", ""}.check(t, err)
	_, err = client.GetRevisions(t.Context(), wit.GetRevisionsArgs{Id: pointer(132)})
	want{404, "WorkItemUnauthorizedAccessException", "TF401232:"}.check(t, err)
	_, err = client.GetUpdates(t.Context(), wit.GetUpdatesArgs{Id: pointer(104), Skip: pointer(-1)})
	want{400, "ArgumentException", ""}.check(t, err)
}

func TestTypesAndFields(t *testing.T) {
	w := start(t)
	client := w.items(t, linus)
	task, err := client.GetWorkItemType(t.Context(), wit.GetWorkItemTypeArgs{Project: pointer("Payments"), Type: pointer("Task")})
	if err != nil {
		t.Fatal(err)
	}
	has := map[string]bool{}
	for _, f := range *task.Fields {
		has[*f.ReferenceName] = *f.AlwaysRequired
	}
	if _, ok := has[boards.FieldCompletedWork]; !ok || !has[boards.FieldTitle] || has[boards.FieldRootCause] || *task.Color != "f2cb1d" {
		t.Errorf("a task: %v", has)
	}
	if to := (*task.Transitions)["Closed"]; len(to) != 3 || *to[0].To != "New" {
		t.Errorf("from Closed to %v", to)
	}
	all, err := client.GetWorkItemTypes(t.Context(), wit.GetWorkItemTypesArgs{Project: pointer("Payments")})
	if err != nil || len(*all) != 7 {
		t.Errorf("types: %v", err)
	}
	states, err := client.GetWorkItemTypeStates(t.Context(), wit.GetWorkItemTypeStatesArgs{Project: pointer("Payments"), Type: pointer("User Story")})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range *states {
		got = append(got, *s.Name+": "+*s.Category)
	}
	if diff := cmp.Diff([]string{"New: Proposed", "Active: InProgress", "Resolved: Resolved", "Closed: Completed", "Removed: Removed"}, got); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	hours, err := client.GetWorkItemField(t.Context(), wit.GetWorkItemFieldArgs{FieldNameOrRefName: pointer(boards.FieldCompletedWork)})
	if err != nil || *hours.Name != "Completed Work" || *hours.Type != wit.FieldTypeValues.Double || *hours.ReadOnly {
		t.Errorf("Completed Work is %+v %v", hours, err)
	}
	fields, err := client.GetWorkItemFields(t.Context(), wit.GetWorkItemFieldsArgs{})
	if err != nil || len(*fields) != len(boards.Fields()) {
		t.Errorf("fields: %v", err)
	}
	_, err = client.GetWorkItemField(t.Context(), wit.GetWorkItemFieldArgs{FieldNameOrRefName: pointer("System.Nothing")})
	want{404, "WorkItemTrackingFieldDefinitionNotFoundException", "TF51535:"}.check(t, err)
	_, err = client.GetWorkItemType(t.Context(), wit.GetWorkItemTypeArgs{Project: pointer("Payments"), Type: pointer("Poem")})
	want{404, "WorkItemTypeNotFoundException", "VS402323:"}.check(t, err)
}
