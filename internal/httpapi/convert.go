package httpapi

import (
	"time"

	"timetracker/api"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

func me(m tenant.Member, now time.Time) api.Me {
	settings := m.Tenant.Settings
	shown := api.Tenant{
		Id:                      string(m.Tenant.ID),
		Name:                    m.Tenant.Name,
		Slug:                    m.Tenant.Slug,
		AzureDevopsOrganization: m.Tenant.AzureDevOpsOrganization,
		Plan:                    api.TenantPlan(m.Tenant.Plan),
		Status:                  api.TenantStatus(m.Tenant.StatusAt(now)),
		Settings: api.TenantSettings{
			TimeZone:            settings.TimeZone,
			OnStartWhileRunning: api.TenantSettingsOnStartWhileRunning(settings.OnStartWhileRunning),
			AutoStopAfterMs:     settings.AutoStopAfter.Milliseconds(),
			EditWindowDays:      settings.EditWindowDays,
			AllowOverlap:        settings.AllowOverlap,
			JoinPolicy:          api.TenantSettingsJoinPolicy(settings.JoinPolicy),
		},
	}
	if m.Tenant.Plan == tenant.Trial {
		shown.TrialEndsAt = timestamp(m.Tenant.TrialEndsAt)
	}
	return api.Me{
		User: api.User{
			Id:       string(m.User.ID),
			Name:     m.User.Name,
			Email:    m.User.Email,
			Role:     api.Role(m.User.Role),
			TimeZone: m.TimeZone(),
			External: m.User.External,
		},
		Tenant:     shown,
		ServerTime: api.Timestamp{Time: now},
	}
}

func timeEntry(e timer.Entry, now time.Time) api.TimeEntry {
	return api.TimeEntry{
		Id:            string(e.ID),
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
		Id:        c.ID,
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
		Id:          e.ID,
		Type:        api.TimerEventType(e.Type),
		At:          api.Timestamp{Time: e.At},
		User:        userRef(e.User),
		TimeEntryId: string(e.EntryID),
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
			shown.Project = &api.ProjectRef{Tracker: row.Tracker, Organization: row.Org, Name: row.ProjectName}
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

func userRef(u timer.UserRef) api.UserRef { return api.UserRef{Id: string(u.ID), Name: u.Name} }

func workItem(w timer.WorkItem) api.WorkItem {
	return api.WorkItem{
		Tracker: w.Tracker, Organization: w.Organization, Project: w.Project, Id: w.ID,
		Title: optional(w.Title), Type: optional(w.Type),
	}
}

// timestamp is nil for the zero time.
func timestamp(t time.Time) *api.Timestamp {
	if t.IsZero() {
		return nil
	}
	return &api.Timestamp{Time: t}
}

// optional is nil for the empty text.
func optional(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}

// text is empty for nil.
func text(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}
