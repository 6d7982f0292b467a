package sandbox

import "strings"

// The directories. Contoso is the customer that has signed up in the data of `timetracker dev`, Fabrikam has
// not, and the publisher's directory is where our own Marketplace app is registered; nobody signs in there.
const (
	ContosoDirectoryID   = "3c8f2a16-9d4e-4b7a-8e15-60c1f2d7b901"
	FabrikamDirectoryID  = "b71d90e4-25fa-4c38-9a6b-d4038e5c7f02"
	PublisherDirectoryID = "e09a4c57-6b82-41df-b3c8-175f9d2e6a03"
)

const (
	contosoDomain  = "contoso.example"
	fabrikamDomain = "fabrikam.example"
)

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

	// AzureDevOpsHostClientID is the client of the Azure DevOps page itself: a genuine client that is not
	// one of ours, whose tokens the API must refuse.
	AzureDevOpsHostClientID = "c5d07e38-f194-4b2c-8d6a-93e4b70a1f13"

	// MarketplaceClientID is the publisher's single-tenant app that calls the Marketplace and that the
	// Marketplace's webhook calls are addressed to.
	MarketplaceClientID     = "17e5b3f9-8c60-4d2a-96fb-4a0d7c92e814"
	MarketplaceClientSecret = "sandbox-marketplace-secret"
)

// Microsoft's resources, under the ids they have everywhere.
const (
	AzureDevOpsResourceID = "499b84ac-1321-427f-aa17-267ca6975798"
	GraphResourceID       = "00000003-0000-0000-c000-000000000000"
	// MarketplaceResourceID is the SaaS fulfillment API, and the caller in webhook tokens.
	MarketplaceResourceID     = "20e940b3-4c77-4b0b-9a53-9e16a1b010a7"
	MarketplaceResourceSecret = "sandbox-marketplace-resource-secret"
)

// DefaultUser is who is signed in to the Azure DevOps host page at first.
const DefaultUser = "ada@contoso.example"

// Directory is one Entra directory.
type Directory struct {
	ID     string // GUID, the tid claim
	Name   string
	Domain string
	// GraphConsent tells whether an administrator has consented that our API calls Microsoft Graph.
	GraphConsent bool
}

// Person is one account in one directory. A guest has an account, with another object id, in the directory
// visited as well as the one at home.
type Person struct {
	DirectoryID string
	ObjectID    string // GUID, the oid claim
	// UserPrincipalName is unique over all directories; a guest's has the form Entra gives it,
	// kim_fabrikam.example#EXT#@contoso.example.
	UserPrincipalName string
	Name              string
	Email             string
	Admin             bool

	// Where the person is a member; equal to DirectoryID and ObjectID unless the account is a guest's.
	HomeDirectoryID string
	HomeObjectID    string
}

// Guest tells whether the account is a guest's.
func (p Person) Guest() bool { return p.DirectoryID != p.HomeDirectoryID }

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
	// AccessTokenVersion is requestedAccessTokenVersion of the registration: 1 or 2. The resource decides
	// which version its tokens have, not the endpoint.
	AccessTokenVersion int
}

// Directories returns the sandbox's directories.
func Directories() []Directory {
	return []Directory{
		{ID: ContosoDirectoryID, Name: "Contoso", Domain: contosoDomain, GraphConsent: true},
		{ID: FabrikamDirectoryID, Name: "Fabrikam", Domain: fabrikamDomain},
		{ID: PublisherDirectoryID, Name: "TimeTracker", Domain: "timetracker.example"},
	}
}

// People returns everybody who can sign in. The admins come first in their directory.
func People() []Person {
	ada := member(ContosoDirectoryID, "a1c07b52-3e9d-4f68-8b21-5d90e4a7c301", "ada", "Ada Lovelace")
	ada.Admin = true
	frances := member(FabrikamDirectoryID, "d48e2f17-a560-4b93-9c7e-01b6f3d8a501", "frances", "Frances Allen")
	frances.Admin = true
	kim := member(FabrikamDirectoryID, "d48e2f17-a560-4b93-9c7e-01b6f3d8a504", "kim", "Kim Nakamura")
	return []Person{
		ada,
		member(ContosoDirectoryID, "a1c07b52-3e9d-4f68-8b21-5d90e4a7c302", "grace", "Grace Hopper"),
		member(ContosoDirectoryID, "a1c07b52-3e9d-4f68-8b21-5d90e4a7c303", "linus", "Linus Bergström"),
		member(ContosoDirectoryID, "a1c07b52-3e9d-4f68-8b21-5d90e4a7c304", "margaret", "Margaret Hamilton"),
		member(ContosoDirectoryID, "a1c07b52-3e9d-4f68-8b21-5d90e4a7c305", "joan", "Joan Clarke"),
		guest(kim, ContosoDirectoryID, "a1c07b52-3e9d-4f68-8b21-5d90e4a7c306"),
		frances,
		member(FabrikamDirectoryID, "d48e2f17-a560-4b93-9c7e-01b6f3d8a502", "barbara", "Barbara Liskov"),
		member(FabrikamDirectoryID, "d48e2f17-a560-4b93-9c7e-01b6f3d8a503", "edsger", "Edsger de Vries"),
		kim,
		guest(ada, FabrikamDirectoryID, "d48e2f17-a560-4b93-9c7e-01b6f3d8a505"),
	}
}

func member(directoryID, objectID, alias, name string) Person {
	address := alias + "@" + domainOf(directoryID)
	return Person{
		DirectoryID: directoryID, ObjectID: objectID, UserPrincipalName: address, Name: name, Email: address,
		HomeDirectoryID: directoryID, HomeObjectID: objectID,
	}
}

func guest(home Person, directoryID, objectID string) Person {
	visitor := home
	visitor.DirectoryID = directoryID
	visitor.ObjectID = objectID
	alias := strings.Replace(home.UserPrincipalName, "@", "_", 1)
	visitor.UserPrincipalName = alias + "#EXT#@" + domainOf(directoryID)
	visitor.Admin = false
	return visitor
}

func domainOf(directoryID string) string {
	if directoryID == FabrikamDirectoryID {
		return fabrikamDomain
	}
	return contosoDomain
}

// Apps returns the app registrations. The redirect URIs are the extension's own pages, wherever this instance
// serves them; NestedAppRedirectURI is registered too.
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
