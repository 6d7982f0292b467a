package rest_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/microsoft/azure-devops-go-api/azuredevops/v7"
	"github.com/microsoft/azure-devops-go-api/azuredevops/v7/webapi"
	wit "github.com/microsoft/azure-devops-go-api/azuredevops/v7/workitemtracking"

	"timetracker/internal/sandbox/devops/boards"
)

// step is one operation of a patch.
func step(op webapi.Operation, path string, value any) webapi.JsonPatchOperation {
	return webapi.JsonPatchOperation{Op: &op, Path: &path, Value: value}
}

var (
	test    = webapi.OperationValues.Test
	add     = webapi.OperationValues.Add
	replace = webapi.OperationValues.Replace
	remove  = webapi.OperationValues.Remove
)

// patch changes a work item with Microsoft's client.
func patch(t *testing.T, client wit.Client, id int, steps ...webapi.JsonPatchOperation) (wit.WorkItem, error) {
	t.Helper()
	item, err := client.UpdateWorkItem(t.Context(), wit.UpdateWorkItemArgs{Id: &id, Document: &steps})
	if err != nil {
		return wit.WorkItem{}, err
	}
	return *item, nil
}

func field(item wit.WorkItem, name string) any { return (*item.Fields)[name] }

func TestHoursAreWrittenOnTheRevisionThatWasRead(t *testing.T) {
	w := start(t)
	client := w.items(t, grace)
	w.entra.Clock.Advance(time.Minute)
	item, err := patch(t, client, 104,
		step(test, "/rev", 1), step(replace, "/fields/"+boards.FieldCompletedWork, 12.25), step(add, "/fields/"+boards.FieldRemainingWork, 3.25))
	if err != nil {
		t.Fatal(err)
	}
	got := []any{*item.Rev, field(item, boards.FieldCompletedWork), field(item, boards.FieldRemainingWork), field(item, boards.FieldChangedDate)}
	if diff := cmp.Diff([]any{2, 12.25, 3.25, "2026-11-21T09:31:00Z"}, got); diff != "" {
		t.Errorf("after the patch (-want +got):\n%s", diff)
	}
	by, _ := field(item, boards.FieldChangedBy).(map[string]any)
	if by["displayName"] != "Grace Hopper" {
		t.Errorf("changed by %v", by)
	}

	// Somebody else has written meanwhile: nothing of the patch is done.
	_, err = patch(t, client, 104, step(replace, "/fields/"+boards.FieldCompletedWork, 99), step(test, "/rev", 1))
	want{http.StatusPreconditionFailed, "TestPatchOperationFailedException", "VS403351: Test Operation for path /rev failed, value 2 was not equal to test value 1."}.check(t, err)
	if now := read(t, client, 104); *now.Rev != 2 || field(now, boards.FieldCompletedWork) != 12.25 {
		t.Errorf("after the refusal: rev %d, %v hours", *now.Rev, field(now, boards.FieldCompletedWork))
	}
	_, err = patch(t, client, 104, step(test, "/fields/"+boards.FieldCompletedWork, 12), step(replace, "/fields/System.Title", "x"))
	want{http.StatusPreconditionFailed, "TestPatchOperationFailedException", "VS403351:"}.check(t, err)
	if _, err := patch(t, client, 104, step(test, "/fields/"+boards.FieldCompletedWork, 12.25), step(replace, "/fields/System.Title", "x")); err != nil {
		t.Errorf("a test of a field that holds: %v", err)
	}
}

// However many write at once, each revision is made by one of them.
func TestOneOfManyWritersWins(t *testing.T) {
	w := start(t)
	client := w.items(t, grace)
	won := make([]bool, 20)
	var group sync.WaitGroup
	for i := range won {
		group.Go(func() {
			_, err := patch(t, client, 104, step(test, "/rev", 1), step(add, "/fields/"+boards.FieldCompletedWork, float64(100+i)))
			won[i] = err == nil
		})
	}
	group.Wait()
	now := read(t, client, 104)
	winner := slices.Index(won, true)
	if *now.Rev != 2 || winner < 0 || slices.Contains(won[winner+1:], true) || field(now, boards.FieldCompletedWork) != float64(100+winner) {
		t.Errorf("rev %d with %v hours, and %v have won", *now.Rev, field(now, boards.FieldCompletedWork), won)
	}
}

func TestEditsThatMakeNoRevision(t *testing.T) {
	w := start(t)
	client := w.items(t, grace)
	same, err := patch(t, client, 104, step(replace, "/fields/"+boards.FieldCompletedWork, 11.5))
	if err != nil || *same.Rev != 1 {
		t.Errorf("the same hours: %v %v", same.Rev, err)
	}
	tried, err := client.UpdateWorkItem(t.Context(), wit.UpdateWorkItemArgs{
		Id: pointer(104), ValidateOnly: pointer(true),
		Document: &[]webapi.JsonPatchOperation{step(replace, "/fields/"+boards.FieldCompletedWork, 20)},
	})
	if err != nil || field(*tried, boards.FieldCompletedWork) != 20.0 {
		t.Errorf("validating only: %v", err)
	}
	if now := read(t, client, 104); *now.Rev != 1 || field(now, boards.FieldCompletedWork) != 11.5 {
		t.Errorf("rev %d with %v hours", *now.Rev, field(now, boards.FieldCompletedWork))
	}
}

func TestFieldsOfEveryKind(t *testing.T) {
	w := start(t)
	client := w.items(t, ada)
	tests := map[string]struct {
		path  string
		value any
		want  any // as it is read
	}{
		"hours as text":     {boards.FieldCompletedWork, "7.75", 7.75},
		"hours below zero":  {boards.FieldRemainingWork, -1.5, -1.5},
		"a number":          {boards.FieldPriority, 1, 1.0},
		"a comment":         {boards.FieldHistory, "well done", "well done"},
		"a field's name":    {"Title", "Another title", nil},
		"another case":      {"system.title", "A third title", nil},
		"no value":          {boards.FieldActivity, "", nil},
		"a state's case":    {boards.FieldState, "new", "New"},
		"an area":           {boards.FieldArea, `payments\vault`, `Payments\Vault`},
		"an iteration":      {boards.FieldIteration, `Payments\Sprint 4`, `Payments\Sprint 4`},
		"the project again": {boards.FieldProject, "Payments", "Payments"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			item, err := patch(t, client, 106, step(add, "/fields/"+test.path, test.value))
			if err != nil {
				t.Fatal(err)
			}
			if got := field(item, test.path); got != test.want {
				t.Errorf("%v, want %v", got, test.want)
			}
		})
	}
	for name, value := range map[string]any{
		"by address":     linus,
		"by name":        "Linus Bergström",
		"by both":        "Linus Bergström <" + linus + ">",
		"by an identity": map[string]any{"displayName": "?", "uniqueName": linus},
	} {
		t.Run("assigned "+name, func(t *testing.T) {
			item, err := patch(t, client, 106, step(add, "/fields/System.AssignedTo", value))
			if err != nil {
				t.Fatal(err)
			}
			if to, _ := field(item, boards.FieldAssignedTo).(map[string]any); to["uniqueName"] != linus {
				t.Errorf("assigned to %v", to)
			}
			if item, err = patch(t, client, 106, step(remove, "/fields/System.AssignedTo", nil)); err != nil || field(item, boards.FieldAssignedTo) != nil {
				t.Errorf("still assigned: %v", err)
			}
		})
	}
}

func TestWhatTheRulesRefuse(t *testing.T) {
	w := start(t)
	client := w.items(t, ada)
	const hours, remaining = "/fields/" + boards.FieldCompletedWork, "/fields/" + boards.FieldRemainingWork
	rule := func(message string) want {
		return want{http.StatusBadRequest, "RuleValidationException", message}
	}
	tests := map[string]struct {
		id    int
		steps []webapi.JsonPatchOperation
		want  want
	}{
		"no title": {104, []webapi.JsonPatchOperation{step(remove, "/fields/System.Title", nil)},
			rule("TF401320: Rule Error for field Title. Error code: Required, InvalidEmpty.")},
		"too long a title": {104, []webapi.JsonPatchOperation{step(add, "/fields/System.Title", strings.Repeat("x", 256))},
			rule("TF401320: Rule Error for field Title. Error code: Required, InvalidTooLong.")},
		"another type's state": {104, []webapi.JsonPatchOperation{step(add, "/fields/System.State", "Resolved")},
			rule("The field 'State' contains the value 'Resolved' that is not in the list of supported values")},
		"nobody of the directory": {104, []webapi.JsonPatchOperation{step(add, "/fields/System.AssignedTo", frances)},
			rule("The identity value '" + frances + "' for field 'System.AssignedTo' is an unknown identity.")},
		"what remains of a closed item": {113, []webapi.JsonPatchOperation{step(add, remaining, 2)},
			rule("TF401320: Rule Error for field Remaining Work. Error code: InvalidNotEmpty.")},
		"what remains, while closing": {104, []webapi.JsonPatchOperation{step(add, "/fields/System.State", "Closed"), step(add, remaining, 0)},
			rule("TF401320: Rule Error for field Remaining Work. Error code: InvalidNotEmpty.")},
		"the hours of a closed item where they are locked": {121, []webapi.JsonPatchOperation{step(add, hours, 9)},
			rule("TF401320: Rule Error for field Completed Work. Error code: ReadOnly, InvalidNotOldValue.")},
		"two at once": {121, []webapi.JsonPatchOperation{step(add, hours, 9), step(add, "/fields/System.Title", "")},
			rule("TF401320: Rule Error for field Title. Error code: Required, InvalidEmpty. 1 more errors ")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := patch(t, client, test.id, test.steps...)
			test.want.check(t, err)
		})
	}

	// What a rule doesn't mention goes through, as does the same edit in another state.
	if _, err := patch(t, client, 113, step(add, hours, 6.5)); err != nil {
		t.Errorf("hours of a closed item: %v", err)
	}
	if _, err := patch(t, client, 121, step(add, "/fields/System.State", "Active"), step(add, hours, 9), step(add, remaining, 1)); err != nil {
		t.Errorf("hours while reopening: %v", err)
	}
	closed, err := patch(t, client, 121, step(add, "/fields/System.State", "Closed"))
	if err != nil || field(closed, boards.FieldRemainingWork) != nil {
		t.Errorf("closing leaves %v hours: %v", field(closed, boards.FieldRemainingWork), err)
	}
}

func TestRequiredFieldsOfAProjectsProcess(t *testing.T) {
	w := start(t)
	client, err := wit.NewClient(t.Context(), w.connect(t, frances, "fabrikam"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = patch(t, client, 206, step(add, "/fields/System.State", "Closed"))
	want{http.StatusBadRequest, "RuleValidationException", "TF401320: Rule Error for field Root Cause. Error code: Required, InvalidEmpty."}.check(t, err)
	var refused azuredevops.WrappedError
	if !errors.As(err, &refused) {
		t.Fatal(err)
	}
	rules, _ := (*refused.CustomProperties)["RuleValidationErrors"].([]any)
	if len(rules) != 1 || !cmp.Equal(rules[0], any(map[string]any{
		"fieldReferenceName": "Custom.RootCause", "fieldStatusFlags": "required, invalidEmpty", "ruleValidationErrors": nil,
		"errorMessage": "TF401320: Rule Error for field Root Cause. Error code: Required, InvalidEmpty.",
	})) {
		t.Errorf("rules %v", rules)
	}
	if _, err := patch(t, client, 206, step(add, "/fields/System.State", "Closed"), step(add, "/fields/Custom.RootCause", "A loose screw")); err != nil {
		t.Errorf("with the field: %v", err)
	}
}

func TestPatchesThatAreRefused(t *testing.T) {
	w := start(t)
	invalid := func(message string) want { return want{400, "WorkItemFieldInvalidException", message} }
	noPatch := want{400, "VssPropertyValidationException", "You must pass a valid patch document"}
	tests := map[string]struct {
		user, path, body string
		want             want
	}{
		"by a reader":          {linus, "133", `[{"op":"add","path":"/fields/System.Title","value":"x"}]`, want{403, "PermissionDeniedException", "TF237111:"}},
		"into a closed area":   {linus, "104", `[{"op":"add","path":"/fields/System.AreaPath","value":"Payments\\Vault"}]`, want{403, "PermissionDeniedException", "TF237111:"}},
		"unseen":               {linus, "132", `[{"op":"add","path":"/fields/System.Title","value":"x"}]`, want{404, "WorkItemUnauthorizedAccessException", "TF401232: Work item 132 "}},
		"not there":            {ada, "999", `[{"op":"test","path":"/rev","value":1}]`, want{404, "WorkItemUnauthorizedAccessException", "TF401232: Work item 999 "}},
		"no such field":        {ada, "104", `[{"op":"add","path":"/fields/System.Nothing","value":1}]`, want{400, "WorkItemTrackingFieldDefinitionNotFoundException", "TF51535:"}},
		"another type's field": {ada, "101", `[{"op":"add","path":"/fields/` + boards.FieldCompletedWork + `","value":1}]`, invalid("TF26027:")},
		"a system's field":     {ada, "104", `[{"op":"add","path":"/fields/System.ChangedDate","value":"2026-01-01"}]`, invalid("TF401326: Invalid field status 'ReadOnly'")},
		"words for hours":      {ada, "104", `[{"op":"add","path":"/fields/` + boards.FieldCompletedWork + `","value":"many"}]`, invalid("TF401326: Invalid field status 'InvalidType'")},
		"endless hours":        {ada, "104", `[{"op":"add","path":"/fields/` + boards.FieldCompletedWork + `","value":"Inf"}]`, invalid("TF401326: Invalid field status 'InvalidType'")},
		"half a priority":      {ada, "104", `[{"op":"add","path":"/fields/Microsoft.VSTS.Common.Priority","value":1.5}]`, invalid("TF401326:")},
		"a number for words":   {ada, "104", `[{"op":"add","path":"/fields/System.Title","value":5}]`, invalid("TF401326:")},
		"no area":              {ada, "104", `[{"op":"remove","path":"/fields/System.AreaPath"}]`, invalid("TF401326:")},
		"an unknown area":      {ada, "104", `[{"op":"add","path":"/fields/System.AreaPath","value":"Payments\\Nowhere"}]`, want{400, "WorkItemFieldInvalidTreeNameException", "TF401347: Invalid tree name given for work item 104, field 'System.AreaPath'."}},
		"another project's":    {ada, "104", `[{"op":"add","path":"/fields/System.AreaPath","value":"Storefront"}]`, want{400, "WorkItemFieldInvalidTreeNameException", "TF401347:"}},
		"removing a value":     {ada, "104", `[{"op":"remove","path":"/fields/System.Title","value":"x"}]`, want{400, "VssPropertyValidationException", "Remove requires Value to be null."}},
		"moving a field":       {ada, "104", `[{"op":"move","path":"/fields/System.Title","from":"/fields/System.Tags"}]`, want{400, "PatchOperationFailedException", ""}},
		"another member":       {ada, "104", `[{"op":"add","path":"/id","value":5}]`, want{400, "PatchOperationFailedException", ""}},
		"no steps":             {ada, "104", `[]`, noPatch},
		"no list":              {ada, "104", `{"op":"add"}`, noPatch},
		"no JSON":              {ada, "104", `[{`, noPatch},
		"without rules":        {ada, "104?bypassRules=true", `[{"op":"add","path":"/fields/System.Title","value":"x"}]`, want{403, "WorkItemUnauthorizedAdminPermissionRequiredException", ""}},
		"in another project":   {ada, "../../../Storefront/_apis/wit/workItems/104", `[{"op":"add","path":"/fields/System.Title","value":"x"}]`, want{404, "WorkItemUnauthorizedAccessException", "TF401232:"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := "/contoso/_apis/wit/workItems/" + test.path
			if rest, ok := strings.CutPrefix(test.path, "../../../"); ok {
				path = "/contoso/" + rest
			}
			test.want.checkAnswer(t, w.send(t, test.user, http.MethodPatch, path, test.body, map[string]string{"Content-Type": "application/json-patch+json"}))
		})
	}
	got := w.send(t, ada, http.MethodPatch, "/contoso/_apis/wit/workItems/104", `[{"op":"test","path":"/rev","value":1}]`, nil)
	want{415, "VssRequestContentTypeNotSupportedException", ""}.checkAnswer(t, got)
	for _, id := range []int{101, 104, 132, 133} {
		if now := read(t, w.items(t, ada), id); *now.Rev != 1 {
			t.Errorf("%d has been changed", id)
		}
	}
}

func TestCreating(t *testing.T) {
	w := start(t)
	client := w.items(t, linus)
	parent := map[string]any{"rel": "System.LinkTypes.Hierarchy-Reverse", "url": w.base + "/contoso/_apis/wit/workItems/103"}
	create := func(project, kind string, steps ...webapi.JsonPatchOperation) (*wit.WorkItem, error) {
		return client.CreateWorkItem(t.Context(), wit.CreateWorkItemArgs{Project: &project, Type: &kind, Document: &steps})
	}
	item, err := create("Payments", "User Story", step(add, "/fields/System.Title", "As a buyer I pay once"))
	if err != nil {
		t.Fatal(err)
	}
	if *item.Id != 209 || *item.Rev != 1 || field(*item, boards.FieldState) != "New" || field(*item, boards.FieldArea) != "Payments" {
		t.Errorf("the story %d: %v", *item.Id, *item.Fields)
	}
	task, err := create("Payments", "task", step(add, "/fields/System.Title", "Ask once"), step(add, "/relations/-", parent))
	if err != nil {
		t.Fatal(err)
	}
	if *task.Id != 210 || field(*task, boards.FieldParent) != 103.0 {
		t.Errorf("the task %d below %v", *task.Id, field(*task, boards.FieldParent))
	}
	_, err = create("Payments", "Task", step(add, "/fields/System.Tags", "x"))
	want{400, "RuleValidationException", "TF401320: Rule Error for field Title."}.check(t, err)
	_, err = create("Payments", "Poem", step(add, "/fields/System.Title", "x"))
	want{404, "WorkItemTypeNotFoundException", "VS402323:"}.check(t, err)
	_, err = create("Nowhere", "Task", step(add, "/fields/System.Title", "x"))
	want{404, "ProjectDoesNotExistWithNameException", "TF200016:"}.check(t, err)
	_, err = create("Payments", "Task", step(add, "/fields/System.Title", "x"), step(add, "/fields/System.AreaPath", `Payments\Audit`))
	want{403, "PermissionDeniedException", "TF237111:"}.check(t, err)
}

func TestRelations(t *testing.T) {
	w := start(t)
	client := w.items(t, ada)
	link := func(rel string, id int) map[string]any {
		return map[string]any{"rel": "System.LinkTypes.Hierarchy-" + rel, "url": fmt.Sprint("https://dev.azure.com/contoso/_apis/wit/workItems/", id)}
	}
	parentOf := func(id int) any { return field(read(t, client, id), boards.FieldParent) }

	if _, err := patch(t, client, 115, step(add, "/relations/-", link("Reverse", 101))); err != nil || parentOf(115) != 101.0 {
		t.Errorf("a parent: %v %v", parentOf(115), err)
	}
	if _, err := patch(t, client, 106, step(remove, "/relations/0", nil)); err != nil || parentOf(106) != nil {
		t.Errorf("no parent: %v %v", parentOf(106), err)
	}
	if _, err := patch(t, client, 110, step(add, "/relations/-", link("Forward", 106))); err != nil || parentOf(106) != 110.0 {
		t.Errorf("a child: %v %v", parentOf(106), err)
	}
	if child := read(t, client, 106); *child.Rev != 3 {
		t.Errorf("the child has rev %d", *child.Rev)
	}
	// The parent is relation 0, so that the child is 1.
	if _, err := patch(t, client, 110, step(remove, "/relations/1", nil)); err != nil || parentOf(106) != nil {
		t.Errorf("no child: %v %v", parentOf(106), err)
	}

	_, err := patch(t, client, 106, step(add, "/relations/-", link("Reverse", 110)), step(add, "/relations/-", link("Forward", 128)), step(add, "/relations/-", link("Forward", 109)))
	want{400, "WorkItemLinkAddExtraParentException", "TF201036: Work item 128 "}.check(t, err)
	_, err = patch(t, client, 106, step(add, "/relations/-", link("Reverse", 115)), step(add, "/relations/-", link("Forward", 101)))
	want{400, "WorkItemLinkInvalidException", "TF201035: The link would make work item 101 "}.check(t, err)

	tests := map[string]struct {
		id   int
		step webapi.JsonPatchOperation
		want want
	}{
		"a second parent":  {104, step(add, "/relations/-", link("Reverse", 110)), want{400, "WorkItemLinkAddExtraParentException", "TF201036:"}},
		"another's child":  {110, step(add, "/relations/-", link("Forward", 104)), want{400, "WorkItemLinkAddExtraParentException", "TF201036:"}},
		"a circle":         {101, step(add, "/relations/-", link("Reverse", 104)), want{400, "WorkItemLinkInvalidException", "TF201035:"}},
		"oneself":          {101, step(add, "/relations/-", link("Forward", 101)), want{400, "WorkItemLinkInvalidException", "TF201035:"}},
		"a missing parent": {106, step(add, "/relations/-", link("Reverse", 999)), want{404, "WorkItemUnauthorizedAccessException", "TF401232: Work item 999 "}},
		"no work item":     {106, step(add, "/relations/-", map[string]any{"rel": "Hyperlink", "url": "https://example.com"}), want{400, "WorkItemResourceLinkException", ""}},
		"another relation": {106, step(add, "/relations/-", map[string]any{"rel": "System.LinkTypes.Related", "url": "x/104"}), want{400, "WorkItemResourceLinkException", ""}},
		"no relation":      {106, step(remove, "/relations/0", nil), want{400, "WorkItemResourceLinkException", ""}},
		"no index":         {106, step(remove, "/relations/x", nil), want{400, "WorkItemResourceLinkException", ""}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := patch(t, client, test.id, test.step)
			test.want.check(t, err)
		})
	}
}

func TestMoving(t *testing.T) {
	w := start(t)
	client := w.items(t, ada)
	_, err := patch(t, client, 104, step(add, "/fields/System.TeamProject", "Storefront"))
	want{400, "WorkItemTargetAreaPathNotProvidedException", ""}.check(t, err)
	_, err = patch(t, client, 104, step(add, "/fields/System.TeamProject", "Robotics"))
	want{400, "WorkItemTargetProjectDoesNotExistException", ""}.check(t, err)
	move := []webapi.JsonPatchOperation{
		step(add, "/fields/System.TeamProject", "storefront"),
		step(add, "/fields/System.AreaPath", "Storefront"), step(add, "/fields/System.IterationPath", "Storefront"),
	}
	item, err := patch(t, client, 104, move...)
	if err != nil {
		t.Fatal(err)
	}
	got := []any{*item.Id, *item.Rev, field(item, boards.FieldProject), field(item, boards.FieldArea), field(item, boards.FieldCompletedWork)}
	if diff := cmp.Diff([]any{104, 2, "Storefront", "Storefront", 11.5}, got); diff != "" {
		t.Errorf("after the move (-want +got):\n%s", diff)
	}
	// The number leads to it still; the project that it was in does not.
	_, err = client.GetWorkItem(t.Context(), wit.GetWorkItemArgs{Id: pointer(104), Project: pointer("Payments")})
	want{404, "WorkItemUnauthorizedAccessException", "TF401232:"}.check(t, err)

	if err := w.boards.SetAccess(w.boards.Organizations()[0].Projects[1].ID, "", boards.Read); err != nil {
		t.Fatal(err)
	}
	_, err = patch(t, client, 105, move...)
	want{403, "PermissionDeniedException", "TF237111:"}.check(t, err)
}
