package timesheet

import (
	"context"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

// Service applies the rules of weeks that are handed in.
type Service struct {
	store Store
	work  *workitem.Service
	now   func() time.Time
}

// NewService makes a Service. now is the server's clock.
func NewService(store Store, work *workitem.Service, now func() time.Time) *Service {
	return &Service{store: store, work: work, now: calendar.Clock(now)}
}

// visibleUser is a person whose weeks the member may see: their own, those of people whose approver they are, and
// everybody's for an admin. To everybody else the person does not exist, as nobody who is restricted does to others.
func (s *Service) visibleUser(ctx context.Context, m tenant.Member, id ids.User) (tenant.User, error) {
	user, err := s.store.User(ctx, m.Tenant.ID, id)
	if err != nil {
		return tenant.User{}, err
	}
	if !sees(m, user) {
		return tenant.User{}, tenant.UserNotFound()
	}
	leftOut, err := tenant.IsLeftOut(ctx, s.store, m, id, tenant.SingleTime)
	if err == nil && leftOut {
		err = tenant.UserNotFound()
	}
	return user, err
}

// sees says whether the member may see a person's weeks.
func sees(m tenant.Member, user tenant.User) bool {
	return user.ID == m.User.ID || user.Approver.ID == m.User.ID || m.User.Role.Allows(tenant.RoleAdmin)
}

// decides says whether the member decides on a person's weeks: their approver and every admin does. Nobody decides on
// their own, but for an admin who is the tenant's only one.
func (s *Service) decides(ctx context.Context, m tenant.Member, user tenant.User) (bool, error) {
	if user.ID != m.User.ID {
		return sees(m, user), nil
	}
	if !m.User.Role.Allows(tenant.RoleAdmin) {
		return false, nil
	}
	admins := 0
	for _, role := range []tenant.Role{tenant.RoleAdmin, tenant.RoleSuperAdmin} {
		count, err := s.store.CountActive(ctx, m.Tenant.ID, role)
		if err != nil {
			return false, err
		}
		admins += count
	}
	return admins == 1, nil
}

// requireApprover refuses a member who decides on nobody's weeks.
func (s *Service) requireApprover(ctx context.Context, m tenant.Member) error {
	refusal := m.Require(tenant.RoleAdmin)
	if refusal == nil {
		return nil
	}
	approves, err := s.Approves(ctx, m)
	if err != nil || approves {
		return err
	}
	return refusal
}

// requireDecision refuses a member who doesn't decide on a person's weeks. The person is one that they may see.
func (s *Service) requireDecision(ctx context.Context, m tenant.Member, user tenant.User) error {
	may, err := s.decides(ctx, m, user)
	if err == nil && !may {
		err = errs.New(errs.Forbidden, "not_the_approver", "Only the person's approver or an admin decides on this, and nobody on their own week.")
	}
	return err
}

// memberOf is another person of the member's tenant, with the tenant.
func memberOf(m tenant.Member, user tenant.User) tenant.Member {
	return tenant.Member{Tenant: m.Tenant, User: user}
}

// target is a person as the audit names them.
func target(user tenant.User) audit.Target {
	name := user.Name
	if name == "" {
		name = user.Email
	}
	return audit.Target{Kind: audit.TargetUser, ID: ids.Any(user.ID), Name: name}
}

// The fields of audited changes.
const (
	fieldWeek    = "week"
	fieldStatus  = "status"
	fieldComment = "comment"
)

// auditWeek notes what became of a week.
func (s *Service) auditWeek(ctx context.Context, m tenant.Member, what audit.EventType, user tenant.User, old Status, r Record, at time.Time) error {
	changes := []audit.FieldChange{{Field: fieldWeek, New: r.FirstDay.String()}, {Field: fieldStatus, Old: string(old), New: string(r.Status)}}
	if r.Comment != "" {
		changes = append(changes, audit.FieldChange{Field: fieldComment, New: r.Comment})
	}
	return s.store.InsertAudit(ctx, m.Tenant.ID, audit.NewEvent(m.User.Actor(), what, target(user), at, changes...))
}
