package httpapi_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/api"
)

const projectGUID = "0193a5b0-1234-4abc-8def-00000000000a"

// work records a minute on an item, whose fields beyond the number are given as JSON, and gives the entry.
func (r *rig) work(user, fields, number string) api.TimeEntry {
	r.t.Helper()
	as[api.TimerStarted](r.t, r.do(call{
		as: user, method: "POST", path: "/api/v1/timers", body: `{"work_item":{` + fields + `,"id":"` + number + `"}}`,
	}), 201)
	r.clock.advance(time.Minute)
	return r.stop(user)
}

func (r *rig) projects(user string) []api.Project {
	r.t.Helper()
	return as[api.ProjectPage](r.t, r.do(call{as: user, path: "/api/v1/projects"}), 200).Data
}

// projectNamed is the project as it is now.
func (r *rig) projectNamed(name string) api.Project {
	r.t.Helper()
	for _, p := range r.projects(ada) {
		if p.Name == name {
			return p
		}
	}
	r.t.Fatalf("there is no project %s", name)
	return api.Project{}
}

func (r *rig) merge(id, into string) reply {
	r.t.Helper()
	return r.do(call{as: ada, method: "POST", path: "/api/v1/projects/" + id + "/merge", body: `{"into":"` + into + `"}`})
}

func (r *rig) unmerge(p api.Project) reply {
	r.t.Helper()
	return r.do(call{
		as: ada, method: "DELETE", path: "/api/v1/projects/" + p.Id + "/merge", headers: map[string]string{"If-Match": p.Etag},
	})
}

// audited is the latest administrative change as one line.
func (r *rig) audited() string {
	r.t.Helper()
	latest := as[api.AuditEventPage](r.t, r.do(call{as: ada, path: "/api/v1/audit-events?limit=1"}), 200).Data[0]
	line := fmt.Sprintf("%s %s %s", latest.Action, latest.Target.Kind, latest.Target.Name)
	for _, change := range latest.Changes {
		line += fmt.Sprintf(", %s: %s > %s", change.Field, change.Old, change.New)
	}
	return line
}

func TestListOfProjects(t *testing.T) {
	r := newRig(t)
	r.signUp()
	if found := r.projects(ada); len(found) != 0 {
		t.Errorf("before any work: %+v", found)
	}
	item := *r.work(ada, `"project":"payments"`, "1").WorkItem.ProjectId
	r.work(ada, `"project":"Billing","project_guid":"`+strings.ToUpper(projectGUID)+`"`, "2")
	r.work(ada, `"project":"Invoices","project_guid":"`+projectGUID+`"`, "3")
	r.work(ada, `"project":"Alpha","organization":"Fabrikam"`, "4")
	r.join(linus, ada, api.RoleUser)
	found := r.projects(linus)
	if len(found) != 3 {
		t.Fatalf("%d projects", len(found))
	}
	alpha, billing, payments := found[0], found[1], found[2]
	if alpha.Site.Name != "fabrikam" || alpha.Site.Tracker != "azure_devops" || alpha.Site.Id == billing.Site.Id || alpha.Guid != nil {
		t.Errorf("Alpha is %+v", alpha)
	}
	want := api.Project{
		Id: item, Site: billing.Site, Name: "payments", Names: []string{"payments"},
		CountsAs: api.ProjectName{Id: item, Name: "payments"}, Etag: payments.Etag,
	}
	if diff := cmp.Diff(want, payments); diff != "" {
		t.Errorf("payments (-want +got):\n%s", diff)
	}
	if billing.Site.Name != "contoso" || billing.Guid == nil || *billing.Guid != projectGUID ||
		!slices.Equal(billing.Names, []string{"Billing", "Invoices"}) {
		t.Errorf("Billing is %+v", billing)
	}
	var walked []api.Project
	for path := "/api/v1/projects?limit=1"; ; {
		part := as[api.ProjectPage](t, r.do(call{as: linus, path: path}), 200)
		walked = append(walked, part.Data...)
		if part.Page.NextCursor == nil {
			break
		}
		path = "/api/v1/projects?limit=1&cursor=" + *part.Page.NextCursor
	}
	if diff := cmp.Diff(found, walked); diff != "" {
		t.Errorf("page by page (-all +paged):\n%s", diff)
	}
}

func TestAcceptingAnotherName(t *testing.T) {
	r := newRig(t)
	r.signUp()
	for number, name := range []string{"Payments", "Billing"} {
		r.work(ada, `"project":"`+name+`","project_guid":"`+projectGUID+`"`, fmt.Sprint(1+number))
	}
	before := r.projectNamed("Payments")
	path := "/projects/" + before.Id
	problem(t, r.do(call{
		as: ada, method: "PATCH", path: "/api/v1" + path, body: `{"name":"Billing"}`,
		headers: map[string]string{"Content-Type": "application/merge-patch+json"},
	}), 428, "precondition_required")
	refused := problem(t, r.change(ada, path, before.Etag, `{"name":"Bills"}`), 422, "name_unknown")
	if diff := cmp.Diff([]fault{{"/name", "unknown"}}, faults(refused)); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	got := r.change(ada, path, before.Etag, `{"name":"BILLING"}`)
	renamed := as[api.Project](t, got, 200)
	want := before
	want.Name, want.CountsAs.Name, want.Etag = "BILLING", "BILLING", renamed.Etag
	if diff := cmp.Diff(want, renamed); diff != "" || renamed.Etag == before.Etag || got.header.Get("ETag") != renamed.Etag {
		t.Errorf("renamed, ETag %s (-want +got):\n%s", got.header.Get("ETag"), diff)
	}
	if line := r.audited(); line != "project_renamed project Payments, name: Payments > BILLING" {
		t.Errorf("the audit says %s", line)
	}
	problem(t, r.change(ada, path, before.Etag, `{"name":"Payments"}`), 412, "stale")
	same := as[api.Project](t, r.change(ada, path, before.Etag+", "+renamed.Etag, `{"name":"BILLING"}`), 200)
	if diff := cmp.Diff(renamed, same); diff != "" {
		t.Errorf("the same name again (-before +after):\n%s", diff)
	}
	for number, name := range []string{"payments", "billing"} {
		entry := r.work(ada, `"project":"`+name+`"`, fmt.Sprint(1+number))
		if entry.WorkItem.Project != "BILLING" || *entry.WorkItem.ProjectId != before.Id {
			t.Errorf("%s finds %+v", name, entry.WorkItem)
		}
	}
}

func TestMergingProjects(t *testing.T) {
	r := newRig(t)
	r.signUp()
	entry := r.work(ada, `"project":"Old"`, "1")
	r.work(ada, `"project":"New"`, "2")
	r.work(ada, `"project":"Far","organization":"fabrikam"`, "3")
	oldOne, newOne := r.projectNamed("Old"), r.projectNamed("New")
	for into, code := range map[string]string{
		oldOne.Id: "itself", r.projectNamed("Far").Id: "other_site", "0193a5b0-1234-7abc-8def-000000000001": "unknown",
	} {
		refused := problem(t, r.merge(oldOne.Id, into), 422, "merge_invalid")
		if diff := cmp.Diff([]fault{{"/into", code}}, faults(refused)); diff != "" {
			t.Errorf("faults (-want +got):\n%s", diff)
		}
	}
	problem(t, r.unmerge(oldOne), 409, "project_not_merged")

	merge := call{
		as: ada, method: "POST", path: "/api/v1/projects/" + oldOne.Id + "/merge", body: `{"into":"` + newOne.Id + `"}`,
		headers: keyed("merge"),
	}
	first := r.do(merge)
	merged := as[api.Project](t, first, 200)
	replayed(t, first, r.do(merge))
	want := oldOne
	want.CountsAs, want.Etag = api.ProjectName{Id: newOne.Id, Name: "New"}, merged.Etag
	want.Merged = &api.ProjectMerge{Into: newOne.Id, At: api.Timestamp{Time: r.clock.now()}, Undoable: true}
	if diff := cmp.Diff(want, merged); diff != "" || merged.Etag == oldOne.Etag || first.header.Get("ETag") != merged.Etag {
		t.Errorf("merged (-want +got):\n%s", diff)
	}
	if line := r.audited(); line != "project_merged project Old, merged_into:  > New" {
		t.Errorf("the audit says %s", line)
	}
	if shown := r.projectOf(entry.Id); shown != "New" {
		t.Errorf("the time is shown under %s", shown)
	}
	problem(t, r.merge(oldOne.Id, newOne.Id), 409, "project_merged")
	problem(t, r.merge(newOne.Id, oldOne.Id), 409, "project_merged")
	problem(t, r.unmerge(oldOne), 412, "stale")

	undone := as[api.Project](t, r.unmerge(merged), 200)
	want = oldOne
	want.Etag = undone.Etag
	if diff := cmp.Diff(want, undone); diff != "" || undone.Etag == merged.Etag {
		t.Errorf("undone (-want +got):\n%s", diff)
	}
	if line := r.audited(); line != "project_unmerged project Old, merged_into: New > " {
		t.Errorf("the audit says %s", line)
	}
	if shown := r.projectOf(entry.Id); shown != "Old" {
		t.Errorf("afterwards the time is shown under %s", shown)
	}

	as[api.Project](t, r.merge(oldOne.Id, newOne.Id), 200)
	r.work(ada, `"project":"old"`, "4")
	used := r.projectNamed("Old")
	if used.Merged == nil || used.Merged.Undoable {
		t.Errorf("after more time was recorded: %+v", used.Merged)
	}
	problem(t, r.unmerge(used), 409, "project_used")
}

// projectOf is the project under which an entry is shown.
func (r *rig) projectOf(entry string) string {
	r.t.Helper()
	return as[api.TimeEntry](r.t, r.do(call{as: ada, path: "/api/v1/time-entries/" + entry}), 200).WorkItem.Project
}

func TestRenamingTheOrganization(t *testing.T) {
	r := newRig(t)
	r.signUp()
	rename := func(to string) reply {
		t.Helper()
		now := as[api.TenantDetails](t, r.do(call{as: ada, path: "/api/v1/tenant"}), 200)
		return r.change(ada, "/tenant", now.Etag, `{"name":"`+to+`","azure_devops_organization":"`+to+`"}`)
	}
	// Nothing was recorded in the organization yet.
	if changed := as[api.TenantDetails](t, rename("Adventure"), 200); changed.Tenant.AzureDevopsOrganization != "adventure" {
		t.Errorf("changed to %s", changed.Tenant.AzureDevopsOrganization)
	}
	before := r.work(ada, `"project":"Payments"`, "1").WorkItem
	if before.Organization != "adventure" {
		t.Errorf("work is in %s", before.Organization)
	}
	as[api.TenantDetails](t, rename("Northwind"), 200)
	if line := r.audited(); line != "tenant_changed tenant Northwind, name: Adventure > Northwind, "+
		"azure_devops_organization: adventure > northwind" {
		t.Errorf("the audit says %s", line)
	}
	want := before
	want.Organization = "northwind"
	for _, fields := range []string{
		`"project":"Payments"`, `"project":"Payments","organization":"northwind"`, `"project":"Payments","organization":"Adventure"`,
	} {
		if diff := cmp.Diff(want, r.work(ada, fields, "1").WorkItem); diff != "" {
			t.Errorf("%s (-want +got):\n%s", fields, diff)
		}
	}

	r.work(ada, `"project":"Payments","organization":"Fabrikam"`, "1")
	refused := problem(t, rename("FABRIKAM"), 409, "organization_taken")
	if diff := cmp.Diff([]fault{{"/azure_devops_organization", "taken"}}, faults(refused)); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	if kept := as[api.TenantDetails](t, r.do(call{as: ada, path: "/api/v1/tenant"}), 200).Tenant; kept.Name != "Northwind" ||
		kept.AzureDevopsOrganization != "northwind" {
		t.Errorf("the refused change left %+v", kept)
	}
	as[api.TenantDetails](t, rename("adventure"), 200) // a name that it had before
	if entry := r.work(ada, `"project":"Payments"`, "1"); entry.WorkItem.Organization != "adventure" || *entry.WorkItem.Uid != *before.Uid {
		t.Errorf("back again the work is %+v", entry.WorkItem)
	}
	now := as[api.TenantDetails](t, r.do(call{as: ada, path: "/api/v1/tenant"}), 200)
	p := as[api.Problem](t, r.change(ada, "/tenant", now.Etag, `{"azure_devops_organization":"a/b"}`), 400)
	if diff := cmp.Diff([]fault{{"/azure_devops_organization", "pattern"}}, faults(p)); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}
