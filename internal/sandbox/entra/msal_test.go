package entra_test

import (
	"testing"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/sandboxtest"
)

// Microsoft's own library runs against the stand-in as it does against Entra.
func TestMSAL(t *testing.T) {
	h := start(t)
	newClient := func(tenant, clientID, secret string) confidential.Client {
		t.Helper()
		credential, err := confidential.NewCredFromSecret(secret)
		if err != nil {
			t.Fatal(err)
		}
		client, err := confidential.New(h.Base+"/"+tenant, clientID, credential,
			confidential.WithHTTPClient(h.Client), confidential.WithInstanceDiscovery(false))
		if err != nil {
			t.Fatal(err)
		}
		return client
	}

	t.Run("on behalf of", func(t *testing.T) {
		grace := sandboxtest.Person(t, "grace@contoso.example")
		assertion, _, err := h.IssueUserToken(grace.UserPrincipalName, sandbox.SPAClientID, sandbox.APIScope)
		if err != nil {
			t.Fatal(err)
		}
		result, err := newClient("organizations", sandbox.APIClientID, sandbox.APIClientSecret).
			AcquireTokenOnBehalfOf(t.Context(), assertion, []string{sandbox.AzureDevOpsResourceID + "/.default"},
				confidential.WithTenantID(grace.DirectoryID))
		if err != nil {
			t.Fatal(err)
		}
		claims := sandboxtest.TokenPart(t, result.AccessToken, 1)
		if claims["oid"] != grace.ObjectID || claims["aud"] != sandbox.AzureDevOpsResourceID {
			t.Errorf("claims %v", claims)
		}
		if want := grace.ObjectID + "." + grace.DirectoryID; result.Account.HomeAccountID != want {
			t.Errorf("account %q, want %q", result.Account.HomeAccountID, want)
		}
	})
	marketplace := []string{sandbox.MarketplaceResourceID + "/.default"}
	t.Run("client credentials", func(t *testing.T) {
		client := newClient("timetracker.example", sandbox.MarketplaceClientID, sandbox.MarketplaceClientSecret)
		result, err := client.AcquireTokenByCredential(t.Context(), marketplace)
		if err != nil {
			t.Fatal(err)
		}
		if claims := sandboxtest.TokenPart(t, result.AccessToken, 1); claims["appid"] != sandbox.MarketplaceClientID {
			t.Errorf("claims %v", claims)
		}
	})
	t.Run("wrong secret", func(t *testing.T) {
		client := newClient("timetracker.example", sandbox.MarketplaceClientID, "guess")
		_, err := client.AcquireTokenByCredential(t.Context(), marketplace)
		if err == nil {
			t.Error("a token was given for a wrong secret")
		}
	})
}
