package sandbox

import "strings"

// The directories. In the data of `timetracker dev` Contoso has signed up and Fabrikam has not. The publisher's directory
// holds our own Marketplace app; nobody signs in there.
const (
	ContosoDirectoryID   = "3c8f2a16-9d4e-4b7a-8e15-60c1f2d7b901"
	FabrikamDirectoryID  = "b71d90e4-25fa-4c38-9a6b-d4038e5c7f02"
	PublisherDirectoryID = "e09a4c57-6b82-41df-b3c8-175f9d2e6a03"
)

const (
	contosoDomain  = "contoso.example"
	fabrikamDomain = "fabrikam.example"
)

// DefaultUser is the principal name of the person who is signed in to the Azure DevOps page at first.
const DefaultUser = "ada@contoso.example"

// Directory is one Entra directory.
type Directory struct {
	ID     string // GUID, the tid claim
	Name   string
	Domain string
	// Consent tells whether an administrator has consented that our API calls Microsoft's in people's names.
	Consent bool
}

// Person is one account in one directory. A guest also has an account at home, with another object id.
type Person struct {
	DirectoryID string
	ObjectID    string // GUID, the oid claim
	// UserPrincipalName is unique over all directories. A guest's has the form that Entra gives it, for instance
	// kim_fabrikam.example#EXT#@contoso.example.
	UserPrincipalName string
	Name              string
	Email             string // the name that the person signs in with
	// Mail is the address for mail where it differs from Email. The directory has not verified its domain.
	Mail  string
	Admin bool

	// The account where the person is a member. It differs from DirectoryID and ObjectID for guests only.
	HomeDirectoryID string
	HomeObjectID    string
}

// Guest tells whether the account is a guest's.
func (p Person) Guest() bool { return p.DirectoryID != p.HomeDirectoryID }

// Directories returns the sandbox's directories.
func Directories() []Directory {
	return []Directory{
		{ID: ContosoDirectoryID, Name: "Contoso", Domain: contosoDomain, Consent: true},
		{ID: FabrikamDirectoryID, Name: "Fabrikam", Domain: fabrikamDomain},
		{ID: PublisherDirectoryID, Name: "TimeTracker", Domain: "timetracker.example"},
	}
}

// People returns everybody who can sign in. Each directory's admin comes first.
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
