package rest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/microsoft/azure-devops-go-api/azuredevops/v7/core"
	locationapi "github.com/microsoft/azure-devops-go-api/azuredevops/v7/location"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/devops/rest"
	"timetracker/internal/sandbox/entra"
	"timetracker/internal/sandbox/sandboxtest"
)

func TestMicrosoftsClientFindsWhoItIsAndTheProjects(t *testing.T) {
	w := start(t)
	connection := w.connect(t, ada, "contoso")
	data, err := locationapi.NewClient(t.Context(), connection).GetConnectionData(t.Context(), locationapi.GetConnectionDataArgs{})
	if err != nil {
		t.Fatal(err)
	}
	contoso := w.boards.Organizations()[0]
	person := sandboxtest.Person(t, ada)
	if data.InstanceId.String() != contoso.ID || data.AuthenticatedUser.Id.String() != rest.IdentityID(contoso, person) ||
		*data.AuthenticatedUser.ProviderDisplayName != person.Name {
		t.Errorf("signed in to %v as %+v", data.InstanceId, data.AuthenticatedUser)
	}
	client, err := core.NewClient(t.Context(), connection)
	if err != nil {
		t.Fatal(err)
	}
	list, err := client.GetProjects(t.Context(), core.GetProjectsArgs{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, p := range list.Value {
		got[p.Id.String()] = *p.Name
	}
	if diff := cmp.Diff(map[string]string{contoso.Projects[0].ID: "Payments", contoso.Projects[1].ID: "Storefront"}, got); diff != "" {
		t.Errorf("projects (-want +got):\n%s", diff)
	}

	// A page at a time.
	first, err := client.GetProjects(t.Context(), core.GetProjectsArgs{Top: pointer(1)})
	if err != nil || len(first.Value) != 1 || first.ContinuationToken != "1" {
		t.Fatalf("the first page: %+v %v", first, err)
	}
	second, err := client.GetProjects(t.Context(), core.GetProjectsArgs{Top: pointer(1), ContinuationToken: pointer(1)})
	if err != nil || len(second.Value) != 1 || *second.Value[0].Name != "Storefront" || second.ContinuationToken != "" {
		t.Fatalf("the second page: %+v %v", second, err)
	}
}

func TestRenamedProjectsAndOrganizations(t *testing.T) {
	w := start(t)
	contoso := w.boards.Organizations()[0]
	payments := contoso.Projects[0].ID
	client, err := core.NewClient(t.Context(), w.connect(t, ada, "contoso"))
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string) (string, error) {
		p, err := client.GetProject(t.Context(), core.GetProjectArgs{ProjectId: &name})
		if err != nil {
			return "", err
		}
		return p.Id.String() + " " + *p.Name, nil
	}
	if err := w.boards.RenameProject(payments, "Billing"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Billing", "billing", "Payments", payments} {
		if got, err := read(name); err != nil || got != payments+" Billing" {
			t.Errorf("%s is %q %v", name, got, err)
		}
	}
	// Another project may take the old name, which then leads there.
	if err := w.boards.RenameProject(contoso.Projects[1].ID, "Payments"); err != nil {
		t.Fatal(err)
	}
	if got, err := read("Payments"); err != nil || got != contoso.Projects[1].ID+" Payments" {
		t.Errorf("the reused name is %q %v", got, err)
	}
	_, err = read("Nowhere")
	want{http.StatusNotFound, "ProjectDoesNotExistWithNameException", "TF200016:"}.check(t, err)

	if err := w.boards.RenameOrganization(contoso.ID, "contoso-ltd"); err != nil {
		t.Fatal(err)
	}
	if got := w.send(t, ada, http.MethodGet, "/contoso/_apis/projects", "", nil); got.Status != http.StatusNotFound ||
		!strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") {
		t.Errorf("the old name of the organization: %d %s", got.Status, got.Body)
	}
	if got := w.send(t, ada, http.MethodGet, "/Contoso-Ltd/_apis/projects", "", nil); got.Status != http.StatusOK {
		t.Errorf("the new name of the organization: %d %s", got.Status, got.Body)
	}
}

func TestTokensOnBehalfOfAPerson(t *testing.T) {
	w := start(t)
	assertion := w.token(t, grace, sandbox.APIScope)
	token := w.onBehalfOf(t, assertion)
	got := w.send(t, ada, http.MethodGet, "/contoso/_apis/connectionData", "", map[string]string{"Authorization": "Bearer " + token})
	user, _ := got.Object(t)["authenticatedUser"].(map[string]any)
	if got.Status != http.StatusOK || user["providerDisplayName"] != "Grace Hopper" {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func TestTokensThatAreRefused(t *testing.T) {
	w := start(t)
	ours := w.token(t, ada, sandbox.APIScope)
	claims := sandboxtest.TokenPart(t, w.token(t, ada, allScopes), 1)
	forged, err := w.entra.Sign(claims, entra.SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	forged = forged[:len(forged)-8] + strings.Repeat("A", 8)
	read := sandbox.AzureDevOpsResourceID + "/vso.work"
	tests := map[string]struct {
		authorization, method string
		status                int
	}{
		"a person of the directory":         {"Bearer " + w.token(t, ada, allScopes), http.MethodGet, 200},
		"a guest of the directory":          {"Bearer " + w.token(t, "kim_fabrikam.example#EXT#@contoso.example", allScopes), http.MethodGet, 200},
		"a permission to read":              {"Bearer " + w.token(t, ada, read), http.MethodGet, 200},
		"a permission to read, for writing": {"Bearer " + w.token(t, ada, read), http.MethodPatch, 401},
		"of another directory":              {"Bearer " + w.token(t, frances, allScopes), http.MethodGet, 401},
		"for our API":                       {"Bearer " + ours, http.MethodGet, 401},
		"another signature":                 {"Bearer " + forged, http.MethodGet, 401},
		"a password":                        {"Basic OnBhdA==", http.MethodGet, 401},
		"no token":                          {"", http.MethodGet, 401},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := w.send(t, ada, test.method, "/contoso/_apis/projects", "", map[string]string{
				"Authorization": test.authorization, "X-TFS-FedAuthRedirect": "Suppress",
			})
			if got.Status != test.status {
				t.Errorf("%d %s, want %d", got.Status, got.Body, test.status)
			}
		})
	}
	grace := sandboxtest.Person(t, grace)
	for _, member := range []bool{false, true} {
		if err := w.boards.SetMember(w.boards.Organizations()[0].ID, grace, member); err != nil {
			t.Fatal(err)
		}
		got := w.send(t, grace.UserPrincipalName, http.MethodGet, "/contoso/_apis/projects", "", nil)
		if (got.Status == http.StatusOK) != member {
			t.Errorf("a member, %v: %d %s", member, got.Status, got.Body)
		}
		if !member {
			want{http.StatusUnauthorized, "UnauthorizedRequestException", "TF400813: The user '" + grace.ObjectID + "' is not authorized"}.checkAnswer(t, got)
		}
	}
	valid := w.token(t, ada, allScopes)
	w.entra.Clock.Advance(2 * time.Hour)
	expired := sandboxtest.Send(t, w.client, http.MethodGet, w.base+"/contoso/_apis/projects", "",
		map[string]string{"Authorization": "Bearer " + valid})
	if expired.Status != http.StatusUnauthorized || !strings.Contains(expired.Header.Get("WWW-Authenticate"), "authorization_uri=") {
		t.Errorf("an expired token: %d %v", expired.Status, expired.Header)
	}
	// A browser without a token is sent to sign in, which a program must not take for an answer.
	if got := sandboxtest.Send(t, w.client, http.MethodGet, w.base+"/contoso/_apis/projects", "", nil); got.Status != http.StatusFound {
		t.Errorf("without a token: %d", got.Status)
	}
}

func TestVersionsThatAreThere(t *testing.T) {
	w := start(t)
	for _, accept := range []string{"application/json", "application/json;api-version=7.1", "application/json; api-version=5.1-preview.1;excludeUrls=true"} {
		if got := w.send(t, ada, http.MethodGet, "/contoso/_apis/projects", "", map[string]string{"Accept": accept}); got.Status != http.StatusOK {
			t.Errorf("%s: %d %s", accept, got.Status, got.Body)
		}
	}
	got := w.send(t, ada, http.MethodPost, "/contoso/_apis/wit/workItemsBatch?api-version=7.0", `{"ids":[104]}`, map[string]string{"Accept": "*/*"})
	if got.Status != http.StatusOK {
		t.Errorf("a version in the query: %d %s", got.Status, got.Body)
	}
}

func TestAddressesAndVersionsThatAreNotThere(t *testing.T) {
	w := start(t)
	tests := map[string]struct {
		method, path, accept string
		want                 want
	}{
		"no resource":          {http.MethodGet, "/contoso/_apis/wit/nothing", "", want{404, "VssResourceNotFoundException", ""}},
		"a segment too many":   {http.MethodGet, "/contoso/_apis/projects/a/b/c", "", want{404, "VssResourceNotFoundException", ""}},
		"no area":              {http.MethodGet, "/contoso/_apis/ResourceAreas/79134c72", "", want{404, "VssResourceNotFoundException", ""}},
		"no such method":       {http.MethodDelete, "/contoso/_apis/projects", "", want{405, "VssResourceMethodNotSupportedException", ""}},
		"a later version":      {http.MethodGet, "/contoso/_apis/projects", "application/json;api-version=9.1", want{400, "VssVersionOutOfRangeException", ""}},
		"a version of nothing": {http.MethodGet, "/contoso/_apis/projects", "application/json;api-version=x", want{400, "VssVersionOutOfRangeException", ""}},
		"a page of nothing":    {http.MethodGet, "/contoso/_apis/projects?$top=x", "", want{400, "ArgumentException", ""}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			header := map[string]string{}
			if test.accept != "" {
				header["Accept"] = test.accept
			}
			test.want.checkAnswer(t, w.send(t, ada, test.method, test.path, "", header))
		})
	}
}
