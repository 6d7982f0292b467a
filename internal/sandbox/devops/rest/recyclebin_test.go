package rest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	wit "github.com/microsoft/azure-devops-go-api/azuredevops/v7/workitemtracking"

	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/sandboxtest"
)

func missing(id string) want {
	return want{http.StatusNotFound, "WorkItemUnauthorizedAccessException", "TF401232: Work item " + id + " "}
}

func TestDeletingAndRestoring(t *testing.T) {
	w := start(t)
	client := w.items(t, grace)
	deleted, err := client.DeleteWorkItem(t.Context(), wit.DeleteWorkItemArgs{Id: pointer(104)})
	if err != nil {
		t.Fatal(err)
	}
	if *deleted.Id != 104 || *deleted.Type != "Task" || *deleted.Project != "Payments" || *deleted.DeletedBy != "Grace Hopper <"+grace+">" {
		t.Errorf("deleted %+v", deleted)
	}
	// It is as if it were not there, whoever looks for it and however.
	_, err = client.GetWorkItem(t.Context(), wit.GetWorkItemArgs{Id: pointer(104)})
	missing("104").check(t, err)
	_, err = patch(t, client, 104, step(add, "/fields/"+boards.FieldCompletedWork, 12))
	missing("104").check(t, err)
	_, err = client.DeleteWorkItem(t.Context(), wit.DeleteWorkItemArgs{Id: pointer(104)})
	missing("104").check(t, err)
	if found, err := ask(t, client, "", "SELECT [System.Id] FROM WorkItems WHERE [System.Parent] = 103", nil); err != nil || !cmp.Equal(found, []int{105, 106}) {
		t.Errorf("found %v %v", found, err)
	}

	bin, err := client.GetDeletedWorkItemShallowReferences(t.Context(), wit.GetDeletedWorkItemShallowReferencesArgs{Project: pointer("Payments")})
	if err != nil || len(*bin) != 1 || *(*bin)[0].Id != 104 {
		t.Fatalf("the recycle bin: %v %v", bin, err)
	}
	other, err := client.GetDeletedWorkItemShallowReferences(t.Context(), wit.GetDeletedWorkItemShallowReferencesArgs{Project: pointer("Storefront")})
	if err != nil || len(*other) != 0 {
		t.Errorf("another project's recycle bin: %v %v", other, err)
	}
	named, err := client.GetDeletedWorkItems(t.Context(), wit.GetDeletedWorkItemsArgs{Ids: &[]int{104, 105}})
	if err != nil || len(*named) != 1 || *(*named)[0].Name != "Show the payment reference at checkout" {
		t.Errorf("named: %v %v", named, err)
	}
	one, err := client.GetDeletedWorkItem(t.Context(), wit.GetDeletedWorkItemArgs{Id: pointer(104)})
	if err != nil || *one.Resource.Rev != 1 || *one.DeletedDate != "2026-11-21T09:30:00Z" {
		t.Errorf("one: %+v %v", one, err)
	}

	w.entra.Clock.Advance(time.Minute)
	restore := func(client wit.Client, id int, isDeleted bool) error {
		_, err := client.RestoreWorkItem(t.Context(), wit.RestoreWorkItemArgs{Id: &id, Payload: &wit.WorkItemDeleteUpdate{IsDeleted: &isDeleted}})
		return err
	}
	notDeleted := want{http.StatusNotFound, "WorkItemInvalidRestoreRequestException", ""}
	notDeleted.check(t, restore(client, 105, false))
	notDeleted.check(t, restore(client, 104, true))
	if err := restore(client, 104, false); err != nil {
		t.Fatal(err)
	}
	// The hours are those that it had, in a revision of its own.
	back := read(t, client, 104)
	if *back.Rev != 2 || field(back, boards.FieldCompletedWork) != 11.5 || field(back, boards.FieldParent) != 103.0 {
		t.Errorf("restored: rev %d %v", *back.Rev, *back.Fields)
	}
}

func TestDestroying(t *testing.T) {
	w := start(t)
	client := w.items(t, ada)
	destroy := func(id int) error { return client.DestroyWorkItem(t.Context(), wit.DestroyWorkItemArgs{Id: &id}) }
	want{http.StatusNotFound, "WorkItemInvalidRestoreRequestException", ""}.check(t, destroy(104))
	missing("999").check(t, destroy(999))
	if _, err := client.DeleteWorkItem(t.Context(), wit.DeleteWorkItemArgs{Id: pointer(104)}); err != nil {
		t.Fatal(err)
	}
	if err := destroy(104); err != nil {
		t.Fatal(err)
	}
	_, err := client.GetDeletedWorkItem(t.Context(), wit.GetDeletedWorkItemArgs{Id: pointer(104)})
	missing("104").check(t, err)
	at := w.send(t, ada, http.MethodDelete, "/contoso/_apis/wit/workItems/105?destroy=true", "", nil)
	if at.Status != http.StatusNoContent {
		t.Errorf("destroying at once: %d %s", at.Status, at.Body)
	}
	if all := w.boards.Deleted(sandboxtest.Person(t, ada), w.boards.Organizations()[0].ID); len(all) != 0 {
		t.Errorf("in the recycle bin: %v", all)
	}
}

func TestDeletionsThatAreRefused(t *testing.T) {
	w := start(t)
	client := w.items(t, linus)
	_, err := client.DeleteWorkItem(t.Context(), wit.DeleteWorkItemArgs{Id: pointer(133)})
	want{http.StatusForbidden, "PermissionDeniedException", "TF237111:"}.check(t, err)
	_, err = client.DeleteWorkItem(t.Context(), wit.DeleteWorkItemArgs{Id: pointer(132)})
	missing("132").check(t, err)
	for _, id := range []int{132, 133} {
		if _, err := w.items(t, ada).DeleteWorkItem(t.Context(), wit.DeleteWorkItemArgs{Id: &id}); err != nil {
			t.Fatal(err)
		}
	}
	// Nor does the recycle bin show what the area hides, or give back what may only be read.
	bin, err := client.GetDeletedWorkItemShallowReferences(t.Context(), wit.GetDeletedWorkItemShallowReferencesArgs{})
	if err != nil || len(*bin) != 1 || *(*bin)[0].Id != 133 {
		t.Errorf("the recycle bin: %v %v", bin, err)
	}
	_, err = client.RestoreWorkItem(t.Context(), wit.RestoreWorkItemArgs{Id: pointer(133), Payload: &wit.WorkItemDeleteUpdate{IsDeleted: pointer(false)}})
	want{http.StatusForbidden, "PermissionDeniedException", "TF237111:"}.check(t, err)
	_, err = client.RestoreWorkItem(t.Context(), wit.RestoreWorkItemArgs{Id: pointer(132), Payload: &wit.WorkItemDeleteUpdate{IsDeleted: pointer(false)}})
	missing("132").check(t, err)
	for path, wanted := range map[string]want{"recyclebin/x": {400, "ArgumentException", ""}, "recyclebin/104": missing("104")} {
		wanted.checkAnswer(t, w.send(t, linus, http.MethodGet, "/contoso/_apis/wit/"+path, "", nil))
	}
	noBody := w.send(t, linus, http.MethodPatch, "/contoso/_apis/wit/recyclebin/133", "[]", nil)
	want{400, "VssPropertyValidationException", ""}.checkAnswer(t, noBody)
}
