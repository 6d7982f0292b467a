package tenant_test

import (
	"context"
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
