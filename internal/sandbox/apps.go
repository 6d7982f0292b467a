package sandbox

import "slices"

// The apps. The secrets open nothing but the sandbox.
const (
	// APIClientID is the API's own registration: version 2 tokens, on-behalf-of with APIClientSecret.
	APIClientID     = "6a2b8d10-47c3-4e9f-a5d1-8b3e0c6f9211"
	APIClientSecret = "sandbox-api-secret"
	// APIPermission is the delegated permission the API exposes, as the scp claim spells it.
	APIPermission = "Time.ReadWrite"
	// APIScope is what a client asks for to call the API.
	APIScope = "api://" + APIClientID + "/" + APIPermission

	// SPAClientID is the extension's public client.
	SPAClientID = "9f4e1c72-0b5d-4a86-bc3e-27d8a1f05612"
	// NestedAppRedirectURI is registered for the extension when Azure DevOps signs in on its behalf.
	NestedAppRedirectURI = "https://dev.azure.com/_public/_MsalPopup"

	// AzureDevOpsHostClientID is the client of the Azure DevOps page itself. It is a genuine client but not one of ours, so
	// the API must refuse its tokens.
	AzureDevOpsHostClientID = "c5d07e38-f194-4b2c-8d6a-93e4b70a1f13"

	// MarketplaceClientID is the publisher's single-tenant app, which calls the Marketplace. The Marketplace's webhook calls
	// have it as audience.
	MarketplaceClientID     = "17e5b3f9-8c60-4d2a-96fb-4a0d7c92e814"
	MarketplaceClientSecret = "sandbox-marketplace-secret"
)

// Microsoft's resources, under the ids they have everywhere.
const (
	AzureDevOpsResourceID = "499b84ac-1321-427f-aa17-267ca6975798"
	GraphResourceID       = "00000003-0000-0000-c000-000000000000"
	// GraphPermission is the delegated permission to search a directory's users.
	GraphPermission = "User.ReadBasic.All"
	// MarketplaceResourceID is the SaaS fulfillment API, and the caller in webhook tokens.
	MarketplaceResourceID     = "20e940b3-4c77-4b0b-9a53-9e16a1b010a7"
	MarketplaceResourceSecret = "sandbox-marketplace-resource-secret"
)

// App is an app registration, or a Microsoft resource that apps ask tokens for.
type App struct {
	ClientID string
	Name     string
	// DirectoryID is the only directory a single-tenant app works in; empty for a multi-tenant app.
	DirectoryID string
	// Secret makes the app a confidential client; without it the app is a single-page application.
	Secret string
	// RedirectURIs are compared exactly. Their origins may call the token endpoint from a browser.
	RedirectURIs []string
	// IdentifierURIs name the app as a resource, beside its client id and api://<client id>.
	IdentifierURIs []string
	// Permissions are the delegated permissions the app exposes.
	Permissions []string
	// AccessTokenVersion is requestedAccessTokenVersion of the registration: 1 or 2. The resource decides on the version of
	// its tokens, not the endpoint.
	AccessTokenVersion int
}

// AnswersTo tells whether name is one of the app's names as a resource.
func (a App) AnswersTo(name string) bool {
	return name == a.ClientID || name == "api://"+a.ClientID || slices.Contains(a.IdentifierURIs, name)
}

// Apps returns the app registrations. The redirect URIs are the addresses of the extension's own pages.
// NestedAppRedirectURI is always registered as well.
func Apps(spaRedirectURIs ...string) []App {
	return []App{
		{
			ClientID: APIClientID, Name: "TimeTracker API", Secret: APIClientSecret,
			Permissions: []string{APIPermission}, AccessTokenVersion: 2,
		},
		{
			ClientID: SPAClientID, Name: "TimeTracker",
			RedirectURIs: append([]string{NestedAppRedirectURI}, spaRedirectURIs...), AccessTokenVersion: 2,
		},
		{ClientID: AzureDevOpsHostClientID, Name: "Azure DevOps page", AccessTokenVersion: 2},
		{
			ClientID: MarketplaceClientID, Name: "TimeTracker Marketplace", DirectoryID: PublisherDirectoryID,
			Secret: MarketplaceClientSecret, AccessTokenVersion: 2,
		},
		{
			ClientID: AzureDevOpsResourceID, Name: "Azure DevOps",
			IdentifierURIs: []string{"https://app.vssps.visualstudio.com"},
			Permissions:    []string{"user_impersonation", "vso.work", "vso.work_write"}, AccessTokenVersion: 1,
		},
		{
			ClientID: GraphResourceID, Name: "Microsoft Graph",
			IdentifierURIs: []string{"https://graph.microsoft.com"},
			Permissions:    []string{"User.Read", GraphPermission}, AccessTokenVersion: 1,
		},
		{
			ClientID: MarketplaceResourceID, Name: "Azure Marketplace",
			Secret: MarketplaceResourceSecret, AccessTokenVersion: 1,
		},
	}
}
