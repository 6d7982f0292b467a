package tenant_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

// lateStore does not see a member the first time, as when the person signs in from another tab at that moment.
type lateStore struct {
	tenant.Store
	asked int
}

func (s *lateStore) Member(ctx context.Context, directory ids.Directory, object ids.Object) (tenant.Member, bool, error) {
	m, ok, err := s.Store.Member(ctx, directory, object)
	if s.asked++; s.asked == 1 {
		return tenant.Member{Tenant: m.Tenant}, false, err
	}
	return m, ok, err
}

func TestRequestInAnotherTabLetsNobodyIn(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	grace := domaintest.Person(ada.Tenant.DirectoryID, "Grace") // nobody has verified her address
	if _, err := w.Tenants.Invite(t.Context(), ada, []tenant.Invitation{{Email: grace.Email}}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Tenants.RequestToJoin(t.Context(), grace); err != nil {
		t.Fatal(err)
	}
	late := tenant.NewService(&lateStore{Store: w.Store}, w.Clock.Now, calendar.CheckZone)
	_, err := late.SignIn(t.Context(), grace)
	refused(t, err, errs.Forbidden, "join_requested")
}

// invite makes an invitation to an address.
func invite(t *testing.T, w *domaintest.World, admin tenant.Member, email string) tenant.User {
	t.Helper()
	users, err := w.Tenants.Invite(t.Context(), admin, []tenant.Invitation{{Email: email}})
	if err != nil {
		t.Fatal(err)
	}
	return users[0]
}

// Whoever was invited reaches what is held about them before they join, and nobody else does by their address.
func TestTheInvitedReachTheirData(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	invited := invite(t, w, ada, "Grace@contoso.example")
	grace := domaintest.Person(ada.Tenant.DirectoryID, "Grace")
	grace.Email, grace.EmailVerified = "grace@CONTOSO.example", true
	m, err := w.Tenants.Subject(t.Context(), grace)
	if err != nil || m.User.ID != invited.ID || m.Tenant.ID != ada.Tenant.ID || m.User.Role != tenant.RoleUser {
		t.Errorf("she is %+v, %v", m.User, err)
	}
	if seen, err := w.Tenants.GetUser(t.Context(), ada, invited.ID); err != nil || seen.Status != tenant.UserInvited {
		t.Errorf("she has become %+v, %v", seen, err)
	}
	for name, p := range map[string]tenant.Person{
		"an address that nobody has proved": {DirectoryID: grace.DirectoryID, ObjectID: grace.ObjectID, Email: invited.Email},
		"their other address":               {DirectoryID: grace.DirectoryID, ObjectID: grace.ObjectID, Email: "x@contoso.example", OtherEmail: invited.Email, EmailVerified: true},
		"no address":                        {DirectoryID: grace.DirectoryID, ObjectID: grace.ObjectID, EmailVerified: true},
		"another directory":                 {DirectoryID: ids.New[ids.Directory](), ObjectID: grace.ObjectID, Email: invited.Email, EmailVerified: true},
	} {
		_, err := w.Tenants.Subject(t.Context(), p)
		// Another organization may have invited them, so it isn't said that nothing is held.
		if errs.CodeOf(err) != "not_known" || !strings.Contains(err.Error(), "invitation") || strings.Contains(err.Error(), "Nothing is held") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func setStatus(t *testing.T, w *domaintest.World, admin tenant.Member, id ids.User, status tenant.UserStatus) tenant.User {
	t.Helper()
	user, err := w.Tenants.GetUser(t.Context(), admin, id)
	if err != nil {
		t.Fatal(err)
	}
	if user, err = w.Tenants.ChangeUser(t.Context(), admin, id, user.Revision, tenant.UserPatch{Status: &status}); err != nil {
		t.Fatal(err)
	}
	return user
}

func seatsTaken(t *testing.T, w *domaintest.World, m tenant.Member) int {
	t.Helper()
	seats, err := w.Tenants.Seats(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	return seats.Taken
}

// Somebody leaves, and a colleague gets the address: a new account, which is a new person.
func TestHeirOfAnAddress(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	left := w.Join(t, ada, "Support")
	setStatus(t, w, ada, left.User.ID, tenant.UserDeactivated)

	invited := invite(t, w, ada, left.User.Email)
	_, err := w.Tenants.Invite(t.Context(), ada, []tenant.Invitation{{Email: left.User.Email}})
	refused(t, err, errs.Conflict, "already_there")
	heir := domaintest.Person(ada.Tenant.DirectoryID, "Heir")
	heir.Email, heir.EmailVerified = left.User.Email, true
	m, err := w.Tenants.SignIn(t.Context(), heir)
	if err != nil || m.User.ID != invited.ID || m.User.ID == left.User.ID {
		t.Fatalf("the heir is %+v (%v), invited was %+v", m.User, err, invited)
	}
	_, err = w.Tenants.SignIn(t.Context(), domaintest.AsPerson(left))
	refused(t, err, errs.Forbidden, "user_deactivated")
	_, err = w.Tenants.Invite(t.Context(), ada, []tenant.Invitation{{Email: left.User.Email}})
	refused(t, err, errs.Conflict, "already_there")
}

// Whoever is invited again after having been deactivated takes one seat, not two.
func TestReactivationUsesTheInvitation(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	ben := w.Join(t, ada, "Ben")
	setStatus(t, w, ada, ben.User.ID, tenant.UserDeactivated)
	invite(t, w, ada, ben.User.Email)
	setStatus(t, w, ada, ben.User.ID, tenant.UserActive)
	if taken := seatsTaken(t, w, ada); taken != 2 {
		t.Errorf("%d seats are taken, want Ada's and Ben's", taken)
	}
}

// People are invited by the address that colleagues know, and sign in by another one. The token's address for mail is
// proof of nothing, so an administrator decides.
func TestInvitedByMailSignsInByAnotherName(t *testing.T) {
	for _, policy := range []tenant.JoinPolicy{tenant.JoinInviteOnly, tenant.JoinByRequest} {
		for _, full := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, all seats taken %t", policy, full), func(t *testing.T) {
				w := domaintest.New(t)
				ada := w.SignUp(t)
				w.Exec(t, "UPDATE tenants SET join_policy = ? WHERE id = ?", string(policy), ada.Tenant.ID)
				ada = w.Again(t, ada)
				invite(t, w, ada, "grace.hopper@contoso.example")
				want := 2
				if full {
					for _, email := range []string{"b@x.example", "c@x.example", "d@x.example"} {
						invite(t, w, ada, email)
						want++
					}
				}
				grace := domaintest.Person(ada.Tenant.DirectoryID, "Grace")
				grace.Email, grace.OtherEmail = "gh42@contoso.example", "Grace.Hopper@contoso.example"
				_, err := w.Tenants.SignIn(t.Context(), grace)
				refused(t, err, errs.Forbidden, "join_by_request")
				asked, err := w.Tenants.RequestToJoin(t.Context(), grace)
				if err != nil {
					t.Fatal(err)
				}
				if u := asked.User; u.Email != grace.Email || u.ClaimedEmail != grace.OtherEmail || u.Status != tenant.UserRequested {
					t.Errorf("asked as %+v", u)
				}
				approved := setStatus(t, w, ada, asked.User.ID, tenant.UserActive)
				if approved.ClaimedEmail != "" {
					t.Errorf("the address %s is kept after it has served", approved.ClaimedEmail)
				}
				if taken := seatsTaken(t, w, ada); taken != want {
					t.Errorf("%d seats are taken, want %d", taken, want)
				}
				if m, err := w.Tenants.SignIn(t.Context(), grace); err != nil || m.User.ID != asked.User.ID {
					t.Errorf("signed in as %+v (%v)", m.User, err)
				}
			})
		}
	}
}

// Time was imported for an invitation to an address that somebody else claims. They are let in, and the time isn't theirs by that.
func TestAClaimedAddressIsInUse(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	w.Exec(t, "UPDATE tenants SET join_policy = 'invite_only' WHERE id = ?", ada.Tenant.ID)
	ada = w.Again(t, ada)
	invited := invite(t, w, ada, "grace.hopper@contoso.example")
	w.Exec(t, `INSERT INTO privacy_choices (tenant_id, user_id, objections, nominee_name, nominee_email, nominee_named_at, revision)
		VALUES (?, ?, '', '', '', 0, 1)`, ada.Tenant.ID, invited.ID)
	grace := domaintest.Person(ada.Tenant.DirectoryID, "Grace")
	grace.Email, grace.EmailVerified, grace.OtherEmail = "gh42@contoso.example", true, invited.Email
	asked, err := w.Tenants.RequestToJoin(t.Context(), grace)
	if err != nil {
		t.Fatal(err)
	}
	approved := setStatus(t, w, ada, asked.User.ID, tenant.UserActive)
	if approved.ClaimedEmail != "" || approved.ID == invited.ID {
		t.Errorf("approved as %+v", approved)
	}
	if kept, err := w.Tenants.GetUser(t.Context(), ada, invited.ID); err != nil || kept.Status != tenant.UserInvited {
		t.Errorf("the invitation is %+v, %v", kept, err)
	}
	if taken := seatsTaken(t, w, ada); taken != 3 {
		t.Errorf("%d seats are taken, want Ada's, Grace's and the invitation's", taken)
	}
}

// Where everybody of the directory may join, the last seat can be that of somebody's own invitation.
func TestTheInvitationHoldsTheLastSeat(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	for _, email := range []string{"grace.hopper@contoso.example", "b@x.example", "c@x.example", "d@x.example"} {
		invite(t, w, ada, email)
	}
	grace := domaintest.Person(ada.Tenant.DirectoryID, "Grace")
	grace.OtherEmail = "grace.hopper@contoso.example"
	_, err := w.Tenants.SignIn(t.Context(), grace)
	refused(t, err, errs.Forbidden, "join_by_request")
	asked, err := w.Tenants.RequestToJoin(t.Context(), grace)
	if err != nil {
		t.Fatal(err)
	}
	setStatus(t, w, ada, asked.User.ID, tenant.UserActive)
	if taken := seatsTaken(t, w, ada); taken != 5 {
		t.Errorf("%d seats are taken, want 5", taken)
	}
	_, err = w.Tenants.SignIn(t.Context(), domaintest.Person(ada.Tenant.DirectoryID, "Nobody"))
	refused(t, err, errs.PaymentRequired, "seat_limit")
}

// An address that nobody vouches for never binds an invitation, whichever of the token's addresses is verified.
func TestOnlyTheVerifiedAddressBinds(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	w.Exec(t, "UPDATE tenants SET join_policy = 'invite_only' WHERE id = ?", ada.Tenant.ID)
	invite(t, w, ada, "chief@contoso.example")
	eve := domaintest.Person(ada.Tenant.DirectoryID, "Eve")
	eve.Email, eve.EmailVerified, eve.OtherEmail = "eve@contoso.example", true, "chief@contoso.example"
	_, err := w.Tenants.SignIn(t.Context(), eve)
	refused(t, err, errs.Forbidden, "join_by_request")
}
