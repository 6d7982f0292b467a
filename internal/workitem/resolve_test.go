package workitem

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/ids"
)

// kept is a store in memory.
type kept struct {
	sites        []Site
	projects     []Project
	items        map[ids.Site]map[string]Item
	siteNames    map[ids.Site]map[string]bool
	projectNames map[ids.Project]map[string]bool
}

func newKept() *kept {
	return &kept{
		items: map[ids.Site]map[string]Item{}, siteNames: map[ids.Site]map[string]bool{},
		projectNames: map[ids.Project]map[string]bool{},
	}
}

func (k *kept) candidates(l Lookup) (found []Candidate) {
	for _, site := range k.sites {
		c := Candidate{Site: site, SiteNamed: k.siteNames[site.ID][l.SiteKey], Item: k.items[site.ID][l.Number]}
		if !c.SiteNamed && (l.SiteStableID == "" || site.StableID != l.SiteStableID) {
			continue
		}
		alone := true
		for _, project := range k.projects {
			named := k.projectNames[project.ID][l.ProjectKey]
			byID := l.ProjectStableID != "" && project.StableID == l.ProjectStableID
			if project.SiteID == site.ID && (named || byID) {
				c.Project, c.ProjectNamed, alone = project, named, false
				found = append(found, c)
			}
		}
		if alone {
			found = append(found, c)
		}
	}
	return found
}

func (k *kept) claim(t *testing.T, c Claim) Resolved {
	t.Helper()
	c, err := c.normalize("contoso")
	if err != nil {
		t.Fatal(err)
	}
	r := resolve(c, ids.User{}, k.candidates(c.lookup(ids.User{})))
	if r.New.Site {
		k.sites = append(k.sites, r.Site)
		k.siteNames[r.Site.ID], k.items[r.Site.ID] = map[string]bool{}, map[string]Item{}
	}
	if r.New.Project {
		k.projects = append(k.projects, r.Project)
		k.projectNames[r.Project.ID] = map[string]bool{}
	}
	for i := range k.sites {
		if k.sites[i].ID == r.Site.ID {
			k.sites[i] = r.Site
		}
	}
	for i := range k.projects {
		if k.projects[i].ID == r.Project.ID {
			k.projects[i] = r.Project
		}
	}
	k.siteNames[r.Site.ID][NameKey(c.Site.Name)] = true
	k.projectNames[r.Project.ID][NameKey(c.Project.Name)] = true
	k.items[r.Site.ID][c.Number] = r.Item
	return r
}

// guidOf gives the same GUID for the same word.
func guidOf(word string) string {
	if word == "" {
		return ""
	}
	var id ids.Any
	copy(id[:], word+"................")
	return id.String()
}

// said reads "site:guid project:guid number"; each guid may be left out.
func said(text string) Claim {
	parts := strings.Fields(text)
	named := func(text string) Named {
		name, word, _ := strings.Cut(text, ":")
		return Named{Name: name, StableID: guidOf(word)}
	}
	return Claim{Tracker: AzureDevOps, Site: named(parts[0]), Project: named(parts[1]), Number: parts[2]}
}

func TestResolve(t *testing.T) {
	type step struct {
		claim string
		// The letters of the site, project and item that are found. The same letter is the same one.
		want string
		news Novelty
	}
	all := Novelty{Site: true, SiteName: true, Project: true, ProjectName: true, Item: true}
	for _, test := range []struct {
		name  string
		steps []step
	}{
		{"the same work", []step{
			{"contoso:O Payments:P 1", "A,A,A", all},
			{"contoso:O Payments:P 1", "A,A,A", Novelty{}},
			{"contoso:O Payments:P 2", "A,A,B", Novelty{Item: true}},
			{"contoso Payments 1", "A,A,A", Novelty{}},
		}},
		{"a different case", []step{
			{"contoso Payments 1", "A,A,A", all},
			{"CONTOSO PAYMENTS 1", "A,A,A", Novelty{}},
			{"Contoso:O payments:P 1", "A,A,A", Novelty{SiteStableID: true, ProjectStableID: true}},
		}},
		{"an item that is moved to another project", []step{
			{"contoso:O Payments:P 1", "A,A,A", all},
			{"contoso:O Storefront:S 1", "A,B,A", Novelty{Project: true, ProjectName: true, ItemFacts: true}},
			{"contoso:O Storefront:S 1", "A,B,A", Novelty{}},
			{"contoso:O Payments:P 1", "A,A,A", Novelty{ItemFacts: true}},
		}},
		{"a renamed project", []step{
			{"contoso:O Payments:P 1", "A,A,A", all},
			{"contoso:O Billing:P 1", "A,A,A", Novelty{ProjectName: true}},
			{"contoso:O Payments:P 1", "A,A,A", Novelty{}},
			{"contoso Billing 1", "A,A,A", Novelty{}},
			{"contoso Payments 1", "A,A,A", Novelty{}},
		}},
		{"a renamed organization", []step{
			{"contoso:O Payments:P 1", "A,A,A", all},
			{"fabrikam:O Payments:P 1", "A,A,A", Novelty{SiteName: true}},
			{"fabrikam Payments 1", "A,A,A", Novelty{}},
		}},
		{"a GUID is learnt by what was known by its name", []step{
			{"contoso Payments 1", "A,A,A", all},
			{"contoso:O Payments:P 1", "A,A,A", Novelty{SiteStableID: true, ProjectStableID: true}},
			{"contoso:O Billing:P 1", "A,A,A", Novelty{ProjectName: true}},
		}},
		{"a name that belongs to another GUID", []step{
			{"contoso:O Payments:P 1", "A,A,A", all},
			{"contoso:O Payments:Q 2", "A,B,B", Novelty{Project: true, ProjectName: true, Item: true}},
			{"contoso:X Payments:P 1", "B,C,C", all},
			// It stays the first of those with the name.
			{"contoso Payments 1", "A,A,A", Novelty{}},
		}},
		{"an accepted name comes before one that was seen", []step{
			{"contoso:O Payments:P 1", "A,A,A", all},
			{"contoso:O Billing:Q 1", "A,B,A", Novelty{Project: true, ProjectName: true, ItemFacts: true}},
			{"contoso:O Payments:Q 1", "A,B,A", Novelty{ProjectName: true}},
			{"contoso Payments 1", "A,A,A", Novelty{ItemFacts: true}},
			{"contoso Billing 1", "A,B,A", Novelty{ItemFacts: true}},
		}},
		{"a name alone that is new", []step{
			{"contoso:O Payments:P 1", "A,A,A", all},
			{"contoso Billing 1", "A,B,A", Novelty{Project: true, ProjectName: true, ItemFacts: true}},
			{"fabrikam Payments 1", "B,C,B", all},
		}},
		{"a number in another organization", []step{
			{"contoso Payments 1", "A,A,A", all},
			{"fabrikam Payments 1", "B,B,B", all},
			{"contoso Payments 1", "A,A,A", Novelty{}},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			k := newKept()
			letters := [3]map[ids.Any]byte{{}, {}, {}}
			for _, step := range test.steps {
				r := k.claim(t, said(step.claim))
				var got [3]string
				for i, id := range []ids.Any{ids.Any(r.Site.ID), ids.Any(r.Project.ID), ids.Any(r.Item.ID)} {
					if letters[i][id] == 0 {
						letters[i][id] = byte('A' + len(letters[i]))
					}
					got[i] = string(letters[i][id])
				}
				if got := strings.Join(got[:], ","); got != step.want {
					t.Errorf("%s means %s, want %s", step.claim, got, step.want)
				}
				if diff := cmp.Diff(step.news, r.New); diff != "" {
					t.Errorf("%s is new (-want +got):\n%s", step.claim, diff)
				}
			}
		})
	}
}

func TestTitlesAreOnlyReplacedByTitles(t *testing.T) {
	k := newKept()
	for _, step := range []struct{ title, kind, wantTitle, wantKind string }{
		{"", "", "", ""}, {"First", "", "First", ""}, {"", "Bug", "First", "Bug"}, {"", "", "First", "Bug"},
		{"Second", "Task", "Second", "Task"}, {"second", "Task", "second", "Task"},
	} {
		claim := said("contoso Payments 1")
		claim.Title, claim.Type = step.title, step.kind
		if got := k.claim(t, claim).WorkItem(); got.Title != step.wantTitle || got.Type != step.wantKind {
			t.Errorf("after %+v the item is %+v", step, got)
		}
	}
}

// merge merges a project into another one, as an admin does.
func (k *kept) merge(from, into ids.Project) {
	for i := range k.projects {
		if k.projects[i].ID == from {
			k.projects[i].MergedInto, k.projects[i].CountsAs = into, ProjectRef{ID: into}
		}
	}
}

func TestResolveMerged(t *testing.T) {
	k := newKept()
	old, target := k.claim(t, said("contoso Payments 1")), k.claim(t, said("contoso Billing:B 1"))
	k.merge(old.Project.ID, target.Project.ID)
	r := k.claim(t, said("contoso PAYMENTS 1"))
	if r.Project.ID != old.Project.ID || r.WorkItem().Project.ID != target.Project.ID || !r.New.MergeUse {
		t.Errorf("a merged project means %+v", r)
	}
	for i := range k.projects {
		k.projects[i].MergeUsed = true
	}
	if r := k.claim(t, said("contoso Payments 1")); r.New != (Novelty{}) {
		t.Errorf("the second use is as new as %+v", r.New)
	}
	// The name of the merged project with another GUID is another project.
	if r := k.claim(t, said("contoso Payments:P 1")); !r.New.Project {
		t.Errorf("a merged project has learnt %+v", r.Project)
	}
	if r := k.claim(t, said("contoso Payments:B 1")); r.Project.ID != target.Project.ID || !r.New.ProjectName {
		t.Errorf("the target is not found by its GUID: %+v", r)
	}
}

// TestClaimsNeverRenameOrMerge makes random claims. A GUID keeps finding what it once found, a work item stays the same
// for a site and number, and no accepted name changes.
func TestClaimsNeverRenameOrMerge(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for range 200 {
		k := newKept()
		sites, projects, items, names := map[string]ids.Site{}, map[string]ids.Project{}, map[string]ids.WorkItem{}, map[ids.Any]string{}
		for range 60 {
			pick := func(words ...string) string { return words[random.IntN(len(words))] }
			text := fmt.Sprintf("%s:%s %s:%s %d", pick("a", "A", "b"), pick("", "O", "P"), pick("x", "X", "y", "z"),
				pick("", "Q", "R", "S"), 1+random.IntN(3))
			claim := said(text)
			r := k.claim(t, claim)
			if id := claim.Site.StableID; id != "" {
				if known, ok := sites[id]; r.Site.StableID != id || (ok && known != r.Site.ID) {
					t.Fatalf("%s finds the site %+v", text, r.Site)
				}
				sites[id] = r.Site.ID
			}
			if id := claim.Project.StableID; id != "" {
				key := r.Site.ID.String() + id
				if known, ok := projects[key]; r.Project.StableID != id || (ok && known != r.Project.ID) {
					t.Fatalf("%s finds the project %+v", text, r.Project)
				}
				projects[key] = r.Project.ID
			}
			key := r.Site.ID.String() + claim.Number
			if known, ok := items[key]; (ok && known != r.Item.ID) || ok == r.New.Item {
				t.Fatalf("%s finds the item %+v", text, r.Item)
			}
			items[key] = r.Item.ID
			if r.Project.SiteID != r.Site.ID {
				t.Fatalf("%s finds a project of another site", text)
			}
			for id, name := range map[ids.Any]string{ids.Any(r.Site.ID): r.Site.Name, ids.Any(r.Project.ID): r.Project.Name} {
				if known, ok := names[id]; ok && known != name {
					t.Fatalf("%s renames %s to %s", text, known, name)
				}
				names[id] = name
			}
			if again := resolve(r.Claim, ids.User{}, k.candidates(r.Claim.lookup(ids.User{}))); again.New != (Novelty{}) {
				t.Fatalf("%s is still new: %+v", text, again.New)
			}
		}
	}
}
