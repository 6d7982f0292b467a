package workitem

import (
	"testing"
	"time"

	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

// TestWhatAClaimWrites: a claim that says nothing new writes nothing, so that most starts have nothing more to write.
func TestWhatAClaimWrites(t *testing.T) {
	read := time.UnixMilli(1_800_000_000_000)
	site := Site{ID: ids.Site{1}, Tracker: AzureDevOps, Name: "contoso"}
	project := Project{ID: ids.Project{1}, SiteID: site.ID, Name: "Payments"}
	project.CountsAs = project.Ref()
	stored := Item{ID: ids.WorkItem{1}, Number: "1", ProjectID: project.ID, Title: "Stored", Type: "Bug"}
	readItem := stored
	readItem.Reading.At = read
	for _, test := range []struct {
		name        string
		item        Item
		view        View
		title, kind string
		want        Novelty
		shown       string // to the claimant
	}{
		{"the same as before", stored, View{Title: "Stored", Type: "Bug"}, "Stored", "Bug", Novelty{}, "Stored"},
		{"nothing", stored, View{Title: "Mine"}, "", "", Novelty{}, "Mine"},
		{"nothing, for the first time", stored, View{}, "", "", Novelty{}, ""},
		{"the stored title, for the first time", stored, View{}, "Stored", "Bug", Novelty{View: true}, "Stored"},
		{"another title", stored, View{Title: "Stored", Type: "Bug"}, "Renamed", "", Novelty{View: true, ItemFacts: true}, "Renamed"},
		{"another title of what the person has read", readItem, View{ReadAt: read, AskedAt: read}, "Renamed", "Task", Novelty{}, "Stored"},
		{"a title of what others have read", readItem, View{}, "Mine", "", Novelty{View: true}, "Mine"},
		{"the same title of what was hidden", readItem, View{Title: "Mine", AskedAt: read}, "Mine", "", Novelty{}, "Mine"},
	} {
		t.Run(test.name, func(t *testing.T) {
			claim := Claim{Tracker: AzureDevOps, Site: Named{Name: "contoso"}, Project: Named{Name: "Payments"}, Number: "1", Title: test.title, Type: test.kind}
			r := resolve(claim, ids.User{1}, []Candidate{{
				Site: site, SiteNamed: true, Project: project, ProjectNamed: true, Item: test.item, View: test.view,
			}})
			if r.New != test.want {
				t.Errorf("new is %+v, want %+v", r.New, test.want)
			}
			if shown := r.WorkItem().SeenBy(tenant.Member{User: tenant.User{Role: tenant.RoleUser}}); shown.Title != test.shown {
				t.Errorf("shown is %q, want %q", shown.Title, test.shown)
			}
		})
	}
}
