package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
)

// newInvitation is a person whom a user has invited.
func newInvitation(email string, by tenant.User) tenant.User {
	return tenant.User{
		ID: ids.New[ids.User](), Email: email, Name: email, Role: tenant.RoleUser, Status: tenant.UserInvited,
		AuthProvider: tenant.ProviderManual, InvitedBy: tenant.UserRef{ID: by.ID, Name: by.Name}, InvitedAt: at(8, 2),
		CreatedAt: at(8, 2), Revision: 1,
	}
}

func (c *company) insertUser(u tenant.User) error {
	return c.store.Tx(c.t.Context(), c.tenant.ID, func(ctx context.Context) error {
		return c.store.InsertUser(ctx, c.tenant.ID, u)
	})
}

// keepUsers inserts users.
func (c *company) keepUsers(users ...tenant.User) {
	c.t.Helper()
	c.tx(func(ctx context.Context) error {
		for _, u := range users {
			if err := c.store.InsertUser(ctx, c.tenant.ID, u); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *company) updateUser(u tenant.User) error {
	return c.store.Tx(c.t.Context(), c.tenant.ID, func(ctx context.Context) error {
		return c.store.UpdateUser(ctx, c.tenant.ID, u)
	})
}

func (c *company) deleteUser(id ids.User) error {
	return c.store.Tx(c.t.Context(), c.tenant.ID, func(ctx context.Context) error {
		return c.store.DeleteUser(ctx, c.tenant.ID, id)
	})
}

func testUsers(t *testing.T, store Store) {
	c := newCompany(t, store)
	id := c.tenant.ID

	t.Run("is read as it was written", func(t *testing.T) {
		full := newUser("Zoë 🕰")
		full.Role, full.Status, full.External = tenant.RoleSuperAdmin, tenant.UserDeactivated, true
		full.TimeZone, full.ZoneChosen, full.FirstSignInAt, full.Revision = "America/St_Johns", true, time.Time{}, 3
		full.CSVFormat, full.SingleKeysOff, full.NoticeSeen = tenant.CSVSemicolon, true, 7
		full.InvitedBy, full.InvitedAt = tenant.UserRef{ID: c.ada.ID, Name: c.ada.Name}, at(7, 0).Add(time.Millisecond)
		requested := newUser("Requested")
		requested.Status, requested.ClaimedEmail = tenant.UserRequested, "Zoë@contoso.example"
		for _, want := range []tenant.User{newUser("Plain"), full, requested} {
			if err := c.insertUser(want); err != nil {
				t.Fatal(err)
			}
			m, ok, err := store.Member(t.Context(), c.tenant.DirectoryID, want.ObjectID)
			if !ok || err != nil {
				t.Fatal(ok, err)
			}
			equal(t, "member", tenant.Member{Tenant: c.tenant, User: want}, m)
			equal(t, "user", want, must[tenant.User](t)(store.User(t.Context(), id, want.ID)))
		}
		invited := newInvitation("Invited@Contoso.Example", c.bob)
		if err := c.insertUser(invited); err != nil {
			t.Fatal(err)
		}
		equal(t, "invited", invited, must[tenant.User](t)(store.User(t.Context(), id, invited.ID)))
		// These are Ada, bob, Plain and the invited one.
		equal(t, "seats", 4, must[int](t)(store.CountSeats(t.Context(), id)))
		equal(t, "active users", 3, must[int](t)(store.CountActive(t.Context(), id, tenant.RoleUser)))
		equal(t, "active super_admins", 0, must[int](t)(store.CountActive(t.Context(), id, tenant.RoleSuperAdmin)))
	})

	t.Run("unknown", func(t *testing.T) {
		_, err := store.User(t.Context(), id, ids.New[ids.User]())
		fails(t, err, errs.NotFound, "user_not_found")
	})

	t.Run("an object id is taken once", func(t *testing.T) {
		again := newUser("Ada's second tab")
		again.ObjectID = c.ada.ObjectID
		fails(t, c.insertUser(again), errs.Conflict, "user_exists")
	})

	t.Run("an object id is that of the directory", func(t *testing.T) {
		other := newCompany(t, store)
		guest := newUser("Guest")
		guest.ObjectID = other.ada.ObjectID
		if err := c.insertUser(guest); err != nil {
			t.Error(err)
		}
	})

	t.Run("several have not signed in", func(t *testing.T) {
		c.keepUsers(newInvitation("one@contoso.example", c.ada), newInvitation("two@contoso.example", c.ada))
		if _, ok, err := store.Member(t.Context(), c.tenant.DirectoryID, ids.Object{}); ok || err != nil {
			t.Errorf("an empty object id is nobody's: %v, %v", ok, err)
		}
	})

	t.Run("only within a transaction", func(t *testing.T) {
		ctx := t.Context()
		for name, err := range map[string]error{
			"inserted": store.InsertUser(ctx, id, newUser("Nobody")),
			"changed":  store.UpdateUser(ctx, id, c.ada),
			"deleted":  store.DeleteUser(ctx, id, c.ada.ID),
			"noted":    store.NoteSignIn(ctx, id, c.ada.ID, at(9, 0)),
		} {
			if err == nil {
				t.Errorf("%s outside of a transaction", name)
			}
		}
	})
}

func testChangingUsers(t *testing.T, store Store) {
	c := newCompany(t, store)
	id := c.tenant.ID
	read := func(t *testing.T, user ids.User) tenant.User {
		t.Helper()
		return must[tenant.User](t)(store.User(t.Context(), id, user))
	}
	note := func(t *testing.T, when time.Time) {
		t.Helper()
		c.tx(func(ctx context.Context) error { return store.NoteSignIn(ctx, id, c.bob.ID, when) })
	}

	t.Run("everything but the id", func(t *testing.T) {
		invited := newInvitation("zoe@contoso.example", c.ada)
		c.keepUsers(invited)
		want := newUser("Zoë")
		want.ID, want.CreatedAt, want.Revision = invited.ID, invited.CreatedAt, 2
		want.Role, want.External, want.TimeZone = tenant.RoleAdmin, true, "Asia/Kathmandu"
		want.ZoneChosen = true
		want.CSVFormat, want.SingleKeysOff, want.NoticeSeen = tenant.CSVTab, true, 2
		want.ClaimedEmail = "zoë@contoso.example"
		want.InvitedBy, want.InvitedAt = tenant.UserRef{ID: c.bob.ID, Name: c.bob.Name}, at(8, 30)
		if err := c.updateUser(want); err != nil {
			t.Fatal(err)
		}
		equal(t, "user", want, read(t, want.ID))
		fails(t, c.updateUser(want), errs.Stale, "stale")
		want.Revision = 9
		fails(t, c.updateUser(want), errs.Stale, "stale")
	})

	t.Run("an object id is taken once", func(t *testing.T) {
		invited := newInvitation("second@contoso.example", c.ada)
		c.keepUsers(invited)
		again := invited
		again.ObjectID, again.Status, again.Revision = c.ada.ObjectID, tenant.UserActive, 2
		fails(t, c.updateUser(again), errs.Conflict, "user_exists")
		equal(t, "user", invited, read(t, invited.ID))
	})

	t.Run("the last sign-in moves forward only", func(t *testing.T) {
		before := read(t, c.bob.ID)
		note(t, at(9, 0))
		note(t, at(8, 30))
		want := before
		want.LastSignInAt = at(9, 0)
		equal(t, "user", want, read(t, c.bob.ID))
		// A change of the user from before the sign-in does not take it back.
		before.Role, before.Revision = tenant.RoleAdmin, before.Revision+1
		if err := c.updateUser(before); err != nil {
			t.Fatal(err)
		}
		want.Role, want.Revision = before.Role, before.Revision
		equal(t, "user", want, read(t, c.bob.ID))
	})

	t.Run("removes who was never let in", func(t *testing.T) {
		invited, requested := newInvitation("third@contoso.example", c.ada), newUser("Requested")
		requested.Status = tenant.UserRequested
		c.keepUsers(invited, requested)
		for _, gone := range []tenant.User{invited, requested} {
			if err := c.deleteUser(gone.ID); err != nil {
				t.Error(err)
			}
			_, err := store.User(t.Context(), id, gone.ID)
			fails(t, err, errs.NotFound, "user_not_found")
			fails(t, c.deleteUser(gone.ID), errs.Stale, "stale")
		}
		deactivated := newUser("Deactivated")
		deactivated.Status = tenant.UserDeactivated
		c.keepUsers(deactivated)
		for _, stays := range []ids.User{c.ada.ID, deactivated.ID} {
			fails(t, c.deleteUser(stays), errs.Stale, "stale")
			read(t, stays)
		}
	})
}

func testInvitations(t *testing.T, store Store) {
	c := newCompany(t, store)
	id := c.tenant.ID
	invited := newInvitation("Zoe.Ö@Contoso.example", c.ada)
	c.keepUsers(invited)
	find := func(t *testing.T, email string) *tenant.User {
		t.Helper()
		u, ok, err := store.InvitationFor(t.Context(), id, email)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return nil
		}
		return &u
	}

	t.Run("is found in any case", func(t *testing.T) {
		for _, email := range []string{invited.Email, "zoe.Ö@contoso.EXAMPLE", "ZOE.Ö@CONTOSO.EXAMPLE"} {
			equal(t, email, &invited, find(t, email))
			if !must[bool](t)(store.EmailExists(t.Context(), id, email)) {
				t.Errorf("%s: belongs to nobody", email)
			}
		}
	})

	t.Run("is for this address alone", func(t *testing.T) {
		for _, email := range []string{
			"", "Zoe", "%", "Zoe.Ö@Contoso.exampl_", "Zoe.Ö@Contoso.example ", "Zoe.O@Contoso.example",
			"Ｚoe.Ö@Contoso.example", "Zoe.Ö@Contoso.example🕰", // equal in some collations
		} {
			if u := find(t, email); u != nil {
				t.Errorf("%q finds the invitation to %q", email, u.Email)
			}
		}
	})

	t.Run("is not a user", func(t *testing.T) {
		deactivated := newUser("gone")
		deactivated.Status = tenant.UserDeactivated
		c.keepUsers(deactivated)
		for _, email := range []string{c.ada.Email, deactivated.Email} {
			if u := find(t, email); u != nil {
				t.Errorf("%s was invited: %v", email, u)
			}
		}
		if !must[bool](t)(store.EmailExists(t.Context(), id, strings.ToUpper(c.ada.Email))) {
			t.Errorf("%s: belongs to nobody", c.ada.Email)
		}
		if must[bool](t)(store.EmailExists(t.Context(), id, deactivated.Email)) {
			t.Errorf("%s: belongs to somebody who has left", deactivated.Email)
		}
		if must[bool](t)(store.EmailExists(t.Context(), id, "nobody@contoso.example")) {
			t.Error("nobody's address exists")
		}
	})

	t.Run("of an address is one", func(t *testing.T) {
		again := newInvitation("zoe.Ö@contoso.example", c.bob)
		fails(t, c.insertUser(again), errs.Conflict, "already_there")
		// A user may have the address, and another user may have had it.
		user, former := newUser("Zoe"), newUser("Zoe")
		user.Email, former.Email, former.Status = invited.Email, invited.Email, tenant.UserDeactivated
		c.keepUsers(user, former)
		// An invited person of another tenant may have it as well.
		other := newCompany(t, store)
		other.keepUsers(newInvitation(invited.Email, other.ada))
	})

	t.Run("of an address is one among many", func(t *testing.T) {
		// Without the rule's check before it the database alone must still prevent it.
		results := inParallel(20, func(int) error {
			return c.insertUser(newInvitation("many@contoso.example", c.ada))
		})
		equal(t, "invitations", 1, succeeded(t, results, errs.Conflict, "already_there"))
	})

	t.Run("accepted, the address is free", func(t *testing.T) {
		accepted := newInvitation("twice@contoso.example", c.ada)
		c.keepUsers(accepted)
		accepted.ObjectID, accepted.Status, accepted.Revision = ids.New[ids.Object](), tenant.UserActive, 2
		if err := c.updateUser(accepted); err != nil {
			t.Fatal(err)
		}
		if u := find(t, accepted.Email); u != nil {
			t.Errorf("found again: %v", u)
		}
		c.keepUsers(newInvitation(accepted.Email, c.ada))
	})
}

// succeeded counts the results without an error; the others must have the kind and the code.
func succeeded(t *testing.T, results []error, kind errs.Kind, code string) int {
	t.Helper()
	count := 0
	for _, err := range results {
		if err == nil {
			count++
		} else {
			fails(t, err, kind, code)
		}
	}
	return count
}

// names are those of users, for short comparisons.
func names(users []tenant.User) []string {
	list := []string{}
	for _, u := range users {
		list = append(list, u.Name)
	}
	return list
}

// pageThrough reads a list of users page by page.
func pageThrough(ctx context.Context, store Store, id ids.Tenant, filter tenant.UserFilter, limit int) ([]tenant.User, error) {
	var all []tenant.User
	for request := (page.Request{Limit: limit}); ; {
		part, err := store.Users(ctx, id, filter, request)
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
		if len(part) < limit {
			return all, nil
		}
		last := part[limit-1]
		request.After = page.Position{Name: last.Name, ID: ids.Any(last.ID)}
	}
}

func testUserLists(t *testing.T, store Store) {
	c := newCompany(t, store) // Ada and bob
	id := c.tenant.ID
	// Names that differ in case only are ordered by id.
	number := 0
	user := func(name string, change func(u *tenant.User)) tenant.User {
		number++
		u := newUser(name)
		u.Email = fmt.Sprintf("mail%d@contoso.example", number)
		if change != nil {
			change(&u)
		}
		c.keepUsers(u)
		return u
	}
	ada2 := user("ADA", func(u *tenant.User) { u.Role = tenant.RoleAdmin })
	ada3 := user("ada", func(u *tenant.User) { u.Status, u.External = tenant.UserDeactivated, true })
	percent := user("C%c_c", nil)
	brackets := user(`D[a-z]*?^\-`, nil)
	invited := newInvitation("Eve.Ost@fabrikam.example", c.bob)
	invited.Name = "Eve"
	c.keepUsers(invited)
	yes, no := true, false

	for _, test := range []struct {
		name   string
		filter tenant.UserFilter
		want   []tenant.User
	}{
		{"everybody", tenant.UserFilter{}, []tenant.User{c.ada, ada2, ada3, c.bob, percent, brackets, invited}},
		{"role", tenant.UserFilter{Role: tenant.RoleAdmin}, []tenant.User{ada2}},
		{"status", tenant.UserFilter{Status: tenant.UserInvited}, []tenant.User{invited}},
		{"provider", tenant.UserFilter{AuthProvider: tenant.ProviderManual}, []tenant.User{invited}},
		{"external", tenant.UserFilter{External: &yes}, []tenant.User{ada3}},
		{"not external", tenant.UserFilter{External: &no, Search: "ada"}, []tenant.User{c.ada, ada2}},
		{"all at once", tenant.UserFilter{
			Search: "DA", Role: tenant.RoleUser, Status: tenant.UserDeactivated, AuthProvider: tenant.ProviderMicrosoft,
			External: &yes,
		}, []tenant.User{ada3}},
		{"part of a name", tenant.UserFilter{Search: "aD"}, []tenant.User{c.ada, ada2, ada3}},
		{"part of an address", tenant.UserFilter{Search: "OST@FAB"}, []tenant.User{invited}},
		{"percent", tenant.UserFilter{Search: "%"}, []tenant.User{percent}},
		{"underscore", tenant.UserFilter{Search: "_"}, []tenant.User{percent}},
		{"both and letters", tenant.UserFilter{Search: "c%C_"}, []tenant.User{percent}},
		{"star", tenant.UserFilter{Search: "*"}, []tenant.User{brackets}},
		{"question mark", tenant.UserFilter{Search: "?"}, []tenant.User{brackets}},
		{"bracket", tenant.UserFilter{Search: "["}, []tenant.User{brackets}},
		{"closing bracket", tenant.UserFilter{Search: "]"}, []tenant.User{brackets}},
		{"set", tenant.UserFilter{Search: "[A-Z]"}, []tenant.User{brackets}},
		{"backslash", tenant.UserFilter{Search: `\`}, []tenant.User{brackets}},
		{"caret", tenant.UserFilter{Search: "^"}, []tenant.User{brackets}},
		{"quote", tenant.UserFilter{Search: "'"}, nil},
		{"nobody", tenant.UserFilter{Search: "nobody"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			equal(t, "users", test.want, must[[]tenant.User](t)(store.Users(t.Context(), id, test.filter, page.Request{Limit: 100})))
			paged := must[[]tenant.User](t)(pageThrough(t.Context(), store, id, test.filter, 2))
			equal(t, "page by page", names(test.want), names(paged))
		})
	}

	t.Run("letters of any script", func(t *testing.T) {
		user("Özgür Ünal", nil)
		user("Иван Петров", nil)
		user("Ελένη", nil)
		for search, want := range map[string]string{
			"özgÜR ü": "Özgür Ünal", "ÖZGÜR": "Özgür Ünal", "иван п": "Иван Петров", "ПЕТРОВ": "Иван Петров", "ελέ": "Ελένη",
		} {
			found := must[[]tenant.User](t)(store.Users(t.Context(), id, tenant.UserFilter{Search: search}, page.Request{Limit: 10}))
			equal(t, search, []string{want}, names(found))
		}
	})
}

// testManyUsers pages and searches through 2,000 people while others join.
func testManyUsers(t *testing.T, store Store) {
	c := newCompany(t, store)
	id := c.tenant.ID
	people := []tenant.User{c.ada, c.bob}
	for i := range 1998 {
		people = append(people, newUser(fmt.Sprintf("Person %c%d", 'a'+i%26, i%100)))
	}
	c.keepUsers(people[2:]...)
	slices.SortFunc(people, func(a, b tenant.User) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), a.ID.Compare(b.ID))
	})
	matching := func(part string) (found []tenant.User) {
		for _, u := range people {
			if strings.Contains(strings.ToLower(u.Name), part) {
				found = append(found, u)
			}
		}
		return found
	}
	var joined atomic.Int64
	results := inParallel(12, func(i int) error {
		if i%4 == 0 {
			// These come before, between and after the pages that are being read.
			for n := range 10 {
				u := newUser(fmt.Sprintf("%c newcomer", 'A'+(i*10+n)%26))
				if err := c.insertUser(u); err != nil {
					return err
				}
				joined.Add(1)
			}
			return nil
		}
		search := []string{"", "person b", "7"}[i%4-1]
		all, err := pageThrough(t.Context(), store, id, tenant.UserFilter{Search: search}, 90)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(u tenant.User) bool { return strings.HasSuffix(u.Name, "newcomer") })
		if want := matching(search); !slices.Equal(want, all) {
			return fmt.Errorf("search %q: %d people page by page, want %d", search, len(all), len(want))
		}
		return nil
	})
	if err := errors.Join(results...); err != nil {
		t.Error(err)
	}
	equal(t, "seats", 2_000+int(joined.Load()), must[int](t)(store.CountSeats(t.Context(), id)))
}
