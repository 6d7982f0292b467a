package azuredevops_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"timetracker/internal/connector/azuredevops"
	"timetracker/internal/connector/connectortest"
	"timetracker/internal/entra"
	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/sandboxtest"
	"timetracker/internal/workitem"
)

// Whatever is asked for, tokens go to Azure DevOps alone, and nothing goes with them that tells tenants apart or together.
func TestWhatLeaves(t *testing.T) {
	w := start(t)
	as := w.Credential(t, grace)
	var mu sync.Mutex
	seen := map[string]int{}
	w.Remote = w.Connect(t, &http.Client{Transport: spy{w.Client.Transport, func(r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if strings.HasPrefix(r.URL.String(), w.EntraURL+"/"+sandbox.ContosoDirectoryID+"/") {
			if r.Header.Get("Authorization") != "" {
				t.Errorf("%s has an authorization", r.URL.Path)
			}
			return
		}
		seen[r.Method+" "+strings.TrimPrefix(r.URL.String(), w.RESTURL)]++
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		claims := sandboxtest.TokenPart(t, token, 1)
		if claims["aud"] != sandbox.AzureDevOpsResourceID || claims["oid"] != as.ObjectID() {
			t.Errorf("%s has a token of %v for %v", r.URL.Path, claims["oid"], claims["aud"])
		}
		if r.Header.Get("X-TFS-Session") != "" || r.Header.Get("User-Agent") != "TimeTracker" ||
			r.Header.Get("X-TFS-FedAuthRedirect") != "Suppress" || !strings.Contains(r.Header.Get("Accept"), "api-version=7.1") {
			t.Errorf("%s has the header %v", r.URL.Path, r.Header)
		}
	}}})
	ctx, site := t.Context(), "CONTOSO"
	if _, err := w.Remote.Search(ctx, as, site, workitem.Query{Words: "payment", Project: "Payments", Limit: 9}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Remote.WriteHours(ctx, as, site, "104", 1, workitem.Hours{Completed: pointer(1.0)}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Remote.ReadAt(ctx, as, site, "104", 1); err != nil { // somebody else's revision
		t.Fatal(err)
	}
	want := []string{
		"POST /contoso/_apis/wit/wiql?%24top=9", "POST /contoso/_apis/wit/workItemsBatch", "PATCH /contoso/_apis/wit/workItems/104",
		"GET /contoso/_apis/wit/workItems/104/revisions/1", "GET /contoso/_apis/connectionData",
	}
	for _, call := range want {
		if seen[call] != 1 {
			t.Errorf("%s was called %d times", call, seen[call])
		}
	}
	if len(seen) != len(want) {
		t.Errorf("called %v", seen)
	}
}

// No answer can send a token elsewhere, or have another address asked.
func TestRedirectsAreNotFollowed(t *testing.T) {
	w := start(t)
	stranger := "https://" + strangers(t)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, to := range []string{stranger + "/contoso/_apis/wit/workItemsBatch", "/fabrikam/_apis/wit/workItemsBatch"} {
			w.Remote = w.Connect(t, w.Client)
			asked := w.Calls()
			w.Answer(func(rw http.ResponseWriter, r *http.Request) {
				if !strings.HasPrefix(r.URL.Path, "/contoso/") {
					t.Errorf("asked %s", r.URL.Path)
				}
				http.Redirect(rw, r, to, status)
			})
			w.check(t, "read", w.readAs(t, ada), interaction)
			w.check(t, "write", w.write(t), answerLost)
			if got := w.Calls() - asked; got != 3 {
				t.Errorf("%d to %s: %d calls", status, to, got)
			}
		}
	}
}

// The name of an organization comes from whoever uses the product.
func TestHostileOrganizations(t *testing.T) {
	w := start(t)
	as := w.Credential(t, ada)
	for _, site := range []string{
		"", ".", "..", "contoso/..", "../fabrikam", "contoso%2F..", "contoso?x=1", "contoso#x", "_apis", "-contoso", "contoso-", "a b",
		"contoso\n", "contöso", "evil.example", "contoso@evil.example", "contoso:443", `contoso\x`, "\x00", "{project}",
		strings.Repeat("a", 51), "contoso\r\nX: y", "ｃontoso",
	} {
		_, err := w.Remote.Read(t.Context(), as, site, []string{"104"})
		w.check(t, site, err, unavailable)
		_, err = w.Remote.WriteHours(t.Context(), as, site, "104", 1, workitem.Hours{Completed: pointer(1.0)})
		w.check(t, site, err, unavailable)
		_, err = w.Remote.Search(t.Context(), as, site, workitem.Query{Limit: 1})
		w.check(t, site, err, unavailable)
	}
	if w.Calls() != 0 || w.Exchanges() != 0 {
		t.Errorf("%d calls and %d exchanges", w.Calls(), w.Exchanges())
	}
	for _, site := range []string{"a", "1", strings.Repeat("a", 50), "a-b--c9"} {
		_, err := w.Remote.Read(t.Context(), as, site, []string{"104"})
		w.check(t, site, err, unavailable)
	}
	if w.Calls() != 4 {
		t.Errorf("%d calls for names that can be", w.Calls())
	}
}

// An answer can't fill the memory, and a long one of Azure DevOps can be read.
func TestHugeAnswers(t *testing.T) {
	w := start(t)
	answer := func(body func(io.Writer)) {
		w.Answer(func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", "application/json")
			body(rw)
		})
	}
	fill := func(rw io.Writer, length int) {
		part := strings.Repeat("x", 1<<16)
		for sent := 0; sent < length; sent += len(part) {
			if _, err := io.WriteString(rw, part); err != nil {
				return
			}
		}
	}
	item := func(rw io.Writer, description int) {
		_, _ = io.WriteString(rw, `{"id":104,"rev":2,"fields":{"System.Title":"Long","System.Description":"`)
		fill(rw, description)
		_, _ = io.WriteString(rw, `"}}`)
	}
	as := w.Credential(t, grace)
	answer(func(rw io.Writer) { item(rw, 6<<20) })
	if got, err := w.Remote.ReadAt(t.Context(), as, connectortest.Site, "104", 2); err != nil || got.Title != "Long" {
		t.Errorf("6 MiB: %+v, %v", got, err)
	}
	answer(func(rw io.Writer) { item(rw, 200<<20) })
	_, err := w.Remote.ReadAt(t.Context(), as, connectortest.Site, "104", 2)
	w.check(t, "200 MiB", err, unavailable)
	_, err = w.Remote.WriteHours(t.Context(), as, connectortest.Site, "104", 1, workitem.Hours{Completed: pointer(1.0)})
	w.check(t, "200 MiB for a change", err, answerLost)
	answer(func(rw io.Writer) { _, _ = io.WriteString(rw, strings.Repeat(`{"value":[`, 100_000)) })
	w.check(t, "a deep answer", w.readAs(t, ada), unavailable)
	answer(func(rw io.Writer) { // many that nobody has asked for
		_, _ = io.WriteString(rw, `{"count":50000,"value":[null`)
		for n := range 50_000 {
			fmt.Fprintf(rw, `,{"id":%d,"rev":1,"fields":{}}`, n)
		}
		_, _ = io.WriteString(rw, `]}`)
	})
	found, err := w.Remote.Read(t.Context(), as, connectortest.Site, []string{"104"})
	if err != nil || len(found) != 1 {
		t.Errorf("%d found, %v", len(found), err)
	}
	w.Answer(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(rw, `{"message":"TF401320: `+strings.Repeat(`a\u0000\n\u202e `, 10_000)+`"}`)
	})
	_, err = w.Remote.WriteHours(t.Context(), as, connectortest.Site, "104", 1, workitem.Hours{Completed: pointer(1.0)})
	w.check(t, "a long refusal", err, refused)
	if text := err.Error(); len(text) > 1000 || strings.ContainsAny(text, "\x00\n\u202e") {
		t.Errorf("the refusal is %q", text)
	}
}

// Many people at once never get each other's rights, however their exchanges meet.
func TestRightsAreNotMixed(t *testing.T) {
	w := start(t)
	sees := map[string]bool{ada: true, grace: true, linus: false, margaret: false}
	var group sync.WaitGroup
	for user, seen := range sees {
		as := w.Credential(t, user)
		for range 25 {
			group.Go(func() {
				found, err := w.Remote.Read(t.Context(), as, connectortest.Site, []string{"132"})
				if err != nil || (len(found) == 1) != seen {
					t.Errorf("%s sees %v, %v", user, found, err)
				}
			})
		}
	}
	group.Wait()
	if w.Exchanges() != len(sees) {
		t.Errorf("%d exchanges for %d people", w.Exchanges(), len(sees))
	}
}

// A token of one directory isn't exchanged in another, nor used there.
func TestAnotherDirectory(t *testing.T) {
	w := start(t)
	if err := w.Entra.SetConsent(sandbox.FabrikamDirectoryID, true); err != nil {
		t.Fatal(err)
	}
	as := w.Credential(t, ada)
	elsewhere := workitem.NewCredential(sandbox.FabrikamDirectoryID, as.ObjectID(), as.AccessToken())
	_, err := w.Remote.Read(t.Context(), elsewhere, "fabrikam", []string{"204"})
	w.check(t, "another directory", err, interaction)
	for _, directory := range []string{"", "organizations", "../" + sandbox.ContosoDirectoryID} {
		_, err := w.Remote.Read(t.Context(), workitem.NewCredential(directory, as.ObjectID(), as.AccessToken()), "contoso", []string{"104"})
		w.check(t, directory, err, unavailable)
	}
	if w.Calls() != 0 {
		t.Errorf("%d calls", w.Calls())
	}
}

func TestConfig(t *testing.T) {
	tokens, err := entra.NewOnBehalfOf(entra.OnBehalfOfConfig{
		Authority: "https://login.microsoftonline.com", ClientID: sandbox.APIClientID, Secret: "s3cr3t", HTTPClient: http.DefaultClient, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	good := azuredevops.Config{Origin: "https://dev.azure.com", OnBehalfOf: tokens, HTTPClient: http.DefaultClient, Now: time.Now}
	if _, err := azuredevops.New(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*azuredevops.Config){
		"no origin": func(c *azuredevops.Config) { c.Origin = "" }, "http": func(c *azuredevops.Config) { c.Origin = "http://dev.azure.com" },
		"a path": func(c *azuredevops.Config) { c.Origin += "/contoso" }, "a user": func(c *azuredevops.Config) { c.Origin = "https://a@dev.azure.com" },
		"a query": func(c *azuredevops.Config) { c.Origin += "?a" }, "no tokens": func(c *azuredevops.Config) { c.OnBehalfOf = nil },
		"no client": func(c *azuredevops.Config) { c.HTTPClient = nil }, "no clock": func(c *azuredevops.Config) { c.Now = nil },
	} {
		c := good
		change(&c)
		if _, err := azuredevops.New(c); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
