package httpapi

import (
	"time"

	"timetracker/api"
	"timetracker/internal/audit"
	"timetracker/internal/ids"
	"timetracker/internal/plan"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

func me(m tenant.Member, now time.Time) api.Me {
	return api.Me{
		User: api.User{
			Id:       m.User.ID.String(),
			Name:     m.User.Name,
			Email:    m.User.Email,
			Role:     api.Role(m.User.Role),
			TimeZone: m.TimeZone(),
			External: m.User.External,
		},
		Tenant:     organization(m.Tenant, now),
		ServerTime: api.Timestamp{Time: now},
	}
}

func organization(t tenant.Tenant, now time.Time) api.Tenant {
	shown := api.Tenant{
		Id:                      t.ID.String(),
		Name:                    t.Name,
		Slug:                    t.Slug,
		AzureDevopsOrganization: t.AzureDevOpsOrganization,
		Currency:                t.Currency,
		Plan:                    api.TenantPlan(t.Plan),
		Status:                  api.TenantStatus(t.StatusAt(now)),
		Settings: api.TenantSettings{
			TimeZone:            t.Settings.TimeZone,
			OnStartWhileRunning: api.TenantSettingsOnStartWhileRunning(t.Settings.OnStartWhileRunning),
			AutoStopAfterMs:     t.Settings.AutoStopAfter.Milliseconds(),
			EditWindowDays:      t.Settings.EditWindowDays,
			AllowOverlap:        t.Settings.AllowOverlap,
			WriteBack:           t.Settings.WriteBack,
			JoinPolicy:          api.JoinPolicy(t.Settings.JoinPolicy),
		},
	}
	if t.Plan == plan.Trial {
		shown.TrialEndsAt = timestamp(t.TrialEndsAt)
	}
	return shown
}

func tenantDetails(t tenant.Tenant, taken tenant.Seats, now time.Time) api.TenantDetails {
	return api.TenantDetails{
		Tenant: organization(t, now), AdminEmail: t.AdminEmail, Seats: seats(taken), Etag: versionOfTenant(t).entityTag(),
	}
}

func seats(s tenant.Seats) api.Seats {
	shown := api.Seats{Taken: s.Taken}
	if s.Limited {
		shown.Limit = &s.Limit
	}
	return shown
}

func tenantUser(u tenant.User) api.TenantUser {
	shown := api.TenantUser{
		Id:            u.ID.String(),
		Name:          u.Name,
		Email:         u.Email,
		Role:          api.Role(u.Role),
		Status:        api.UserStatus(u.Status),
		AuthProvider:  api.AuthProvider(u.AuthProvider),
		External:      u.External,
		InvitedAt:     timestamp(u.InvitedAt),
		FirstSignInAt: timestamp(u.FirstSignInAt),
		LastSignInAt:  timestamp(u.LastSignInAt),
		CreatedAt:     api.Timestamp{Time: u.CreatedAt},
		Etag:          versionOfUser(u).entityTag(),
	}
	if !u.InvitedBy.ID.IsZero() {
		invitedBy := userRef(u.InvitedBy)
		shown.InvitedBy = &invitedBy
	}
	return shown
}

func action(a audit.Action) api.Action {
	return api.Action{Id: a.ID.String(), Type: a.Type, Page: a.Page, At: api.Timestamp{Time: a.At}, User: userRef(tenant.UserRef(a.User))}
}

func auditEvent(e audit.Event) api.AuditEvent {
	return api.AuditEvent{
		Id:     e.ID.String(),
		At:     api.Timestamp{Time: e.At},
		Actor:  api.AuditActor{Kind: actorKind(e), Id: optional(e.Actor.ID.String()), Name: e.Actor.Name},
		Action: api.AuditEventAction(e.Type),
		Target: api.AuditTarget{Kind: api.AuditTargetKind(e.Target.Kind), Id: e.Target.ID.String(), Name: e.Target.Name},
		Changes: convert(e.Changes, func(c audit.FieldChange) api.AuditChange {
			return api.AuditChange{Field: c.Field, Old: c.Old, New: c.New}
		}),
	}
}

func actorKind(e audit.Event) api.AuditActorKind {
	switch {
	case !e.Actor.ID.IsZero():
		return api.AuditActorKindUser
	case e.Type == audit.SubscriptionChanged:
		return api.AuditActorKindMarketplace
	default:
		return api.AuditActorKindOperator
	}
}

func timeEntry(e timer.Entry, now time.Time) api.TimeEntry {
	return api.TimeEntry{
		Id:            e.ID.String(),
		User:          userRef(e.User),
		WorkItem:      workItem(e.WorkItem),
		StartedAt:     api.Timestamp{Time: e.StartedAt},
		StoppedAt:     timestamp(e.StoppedAt),
		ElapsedMs:     e.Elapsed(now).Milliseconds(),
		Source:        api.TimeEntrySource(e.Source),
		NeedsReview:   e.NeedsReview,
		ExistingHours: e.ExistingHours,
		VoidedAt:      timestamp(e.VoidedAt),
		Etag:          versionOf(e).entityTag(),
	}
}

func timeEntries(entries []timer.Entry, now time.Time) []api.TimeEntry {
	shown := make([]api.TimeEntry, len(entries))
	for i, entry := range entries {
		shown[i] = timeEntry(entry, now)
	}
	return shown
}

func timeEntryChange(c timer.Change) api.TimeEntryChange {
	return api.TimeEntryChange{
		Id:        c.ID.String(),
		ChangedAt: api.Timestamp{Time: c.ChangedAt},
		ChangedBy: userRef(c.ChangedBy),
		Field:     api.TimeEntryChangeField(c.Field),
		Old:       c.Old,
		New:       c.New,
		Reason:    optional(c.Reason),
	}
}

func timerEvent(e timer.Event) api.TimerEvent {
	return api.TimerEvent{
		Id:          e.ID.String(),
		Type:        api.TimerEventType(e.Type),
		At:          api.Timestamp{Time: e.At},
		User:        userRef(e.User),
		TimeEntryId: e.EntryID.String(),
		WorkItem:    workItem(e.WorkItem),
	}
}

func workItemTime(sums timer.WorkItemTime, now time.Time) api.WorkItemTime {
	running := make([]api.RunningTimer, len(sums.Running))
	for i, entry := range sums.Running {
		running[i] = api.RunningTimer{User: userRef(entry.User), StartedAt: api.Timestamp{Time: entry.StartedAt}}
	}
	return api.WorkItemTime{
		WorkItem:   workItem(sums.WorkItem),
		OwnTodayMs: sums.OwnToday.Milliseconds(),
		OwnMs:      sums.Own.Milliseconds(),
		TotalMs:    sums.Total.Milliseconds(),
		Running:    running,
		ServerTime: api.Timestamp{Time: now},
	}
}

// reportRow shows the fields of the report's dimensions.
func reportRow(row report.Row, groupBy []report.Dimension) api.TimeReportRow {
	shown := api.TimeReportRow{ElapsedMs: row.ElapsedMS, NeedsReviewMs: row.ReviewMS, Entries: row.Entries}
	for _, dimension := range groupBy {
		switch dimension {
		case report.Day:
			shown.Day = &row.PeriodName
		case report.Week:
			shown.Week = &row.PeriodName
		case report.Month:
			shown.Month = &row.PeriodName
		case report.Project:
			shown.Project = &api.ProjectRef{
				Id: row.Project.ID.String(), SiteId: row.Site.ID.String(),
				Tracker: string(row.Site.Tracker), Organization: row.Site.Name, Name: row.Project.Name,
			}
		case report.User:
			user := userRef(row.User)
			shown.User = &user
		case report.WorkItem:
			item := workItem(row.WorkItem)
			shown.WorkItem = &item
		}
	}
	return shown
}

func userRef(u tenant.UserRef) api.UserRef { return api.UserRef{Id: u.ID.String(), Name: u.Name} }

func workItem(w workitem.WorkItem) api.WorkItem {
	return api.WorkItem{
		Tracker: string(w.Site.Tracker), Organization: w.Site.Name, Project: w.Project.Name, Id: w.Number,
		Title: optional(w.Title), Type: optional(w.Type),
		Uid: optional(w.ID.String()), SiteId: optional(w.Site.ID.String()), ProjectId: optional(w.Project.ID.String()),
	}
}

// workItemClaim is what a client says of a work item.
func workItemClaim(w api.WorkItemInput) workitem.Claim {
	return workitem.Claim{
		Tracker: workitem.AzureDevOps, // the one that the contract knows
		Site:    workitem.Named{Name: text(w.Organization), StableID: text(w.OrganizationGuid)},
		Project: workitem.Named{Name: w.Project, StableID: text(w.ProjectGuid)},
		Number:  w.Id, Title: text(w.Title), Type: text(w.Type),
	}
}

// timestamp is nil for the zero time.
func timestamp(t time.Time) *api.Timestamp {
	if t.IsZero() {
		return nil
	}
	return &api.Timestamp{Time: t}
}

// convert gives all items in another form; an empty list stays a list.
func convert[From, To any](items []From, one func(From) To) []To {
	converted := make([]To, len(items))
	for i, item := range items {
		converted[i] = one(item)
	}
	return converted
}

// idOf is the id that the contract has found to be one; an empty text is none.
func idOf[I ~[16]byte, T ~string](text T) (id I) {
	if text != "" {
		id = ids.MustParse[I](string(text))
	}
	return id
}

// optional is nil for the empty text.
func optional[T ~string](value T) *T {
	if value == "" {
		return nil
	}
	return &value
}

// text is empty for nil.
func text[T ~string](value *T) T {
	if value == nil {
		return ""
	}
	return *value
}

// chosen gives a pointer to the same text of another type; nil stays nil.
func chosen[To, From ~string](value *From) *To {
	if value == nil {
		return nil
	}
	same := To(*value)
	return &same
}
