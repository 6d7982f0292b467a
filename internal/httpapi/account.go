package httpapi

import (
	"context"
	"io"
	"time"

	"timetracker/api"
	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/privacy"
	"timetracker/internal/telemetry"
	"timetracker/internal/tenant"
	"timetracker/internal/timesheet"
)

// accountHandlers serve the caller, signing up and asking to join.
type accountHandlers struct {
	tenants    *tenant.Service
	timesheets *timesheet.Service
	privacy    *privacy.Service
	requests   *privacy.Requests
	notices    privacy.Notices
	documents  documents
	now        func() time.Time
}

// GetMe implements api.StrictServerInterface.
func (h accountHandlers) GetMe(ctx context.Context, _ api.GetMeRequestObject) (api.GetMeResponseObject, error) {
	body, err := h.me(ctx, caller(ctx))
	return api.GetMe200JSONResponse{Body: body, Headers: api.GetMe200ResponseHeaders{ETag: &body.Etag}}, err
}

// ChangeMe implements api.StrictServerInterface.
func (h accountHandlers) ChangeMe(ctx context.Context, request api.ChangeMeRequestObject) (api.ChangeMeResponseObject, error) {
	member := caller(ctx)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, func(context.Context) (version, error) {
		return versionOfUser(member.User), nil
	})
	if err != nil {
		return nil, err
	}
	var patch tenant.OwnPatch
	if zone := request.Body.TimeZone; zone.Given {
		name := emptyIfNil(zone.Value)
		patch.TimeZone = &name
	}
	if week := request.Body.WeekStart; week.Given {
		start := calendar.WeekStart(emptyIfNil(week.Value))
		patch.WeekStart = &start
	}
	if format := request.Body.CsvFormat; format.Given {
		chosen := tenant.CSVFormat(emptyIfNil(format.Value))
		patch.CSVFormat = &chosen
	}
	if keys := request.Body.SingleKeys; keys != nil {
		patch.SingleKeysOff = new(!*keys)
	}
	if seen := request.Body.NoticeSeen; seen != nil {
		patch.NoticeSeen = new(h.notices.Seen(h.now(), *seen))
	}
	changed, err := h.tenants.ChangeOwn(ctx, member, expected.of(ids.Any(member.User.ID)), patch)
	if err != nil {
		return nil, err
	}
	body, err := h.me(ctx, changed)
	return api.ChangeMe200JSONResponse{Body: body, Headers: api.ChangeMe200ResponseHeaders{ETag: &body.Etag}}, err
}

// ExportMe implements api.StrictServerInterface.
func (h accountHandlers) ExportMe(ctx context.Context, _ api.ExportMeRequestObject) (api.ExportMeResponseObject, error) {
	member := caller(ctx)
	file := savedFile(mediaZIP, "timetracker-my-data.zip", func(out io.Writer) error {
		return h.privacy.Collect(ctx, member.Tenant.ID, member.User.ID, out)
	})
	file.render = privacy.Pack
	return h.documents.produce(ctx, file)
}

// SignUp implements api.StrictServerInterface.
func (h accountHandlers) SignUp(ctx context.Context, request api.SignUpRequestObject) (api.SignUpResponseObject, error) {
	c := callOf(ctx)
	wanted := signUpRequest(*request.Body)
	if !c.newTenant.IsZero() {
		wanted.ID = c.newTenant
	}
	member, err := h.tenants.SignUp(ctx, c.person, wanted)
	if err != nil {
		return nil, err
	}
	c.signIn(ctx, member)
	body, err := h.meOf(member)
	return api.SignUp201JSONResponse(body), err
}

// RequestToJoin implements api.StrictServerInterface.
func (h accountHandlers) RequestToJoin(ctx context.Context, _ api.RequestToJoinRequestObject) (api.RequestToJoinResponseObject, error) {
	c := callOf(ctx)
	member, err := h.tenants.RequestToJoin(ctx, c.person)
	if err != nil {
		return nil, err
	}
	telemetry.SetTenant(ctx, member.Tenant.ID)
	return api.RequestToJoin202JSONResponse{
		Status: api.JoinRequestStatusRequested, TenantName: member.Tenant.Name, AdminEmail: member.Tenant.AdminEmail,
	}, nil
}

// me is the caller with the tenant, whether they approve anybody's weeks, and what a super_admin has to decide until when.
func (h accountHandlers) me(ctx context.Context, m tenant.Member) (api.Me, error) {
	approves, err := h.timesheets.Approves(ctx, m)
	if err != nil {
		return api.Me{}, err
	}
	due, err := h.requests.FirstDue(ctx, m)
	if err != nil {
		return api.Me{}, err
	}
	body, err := h.meOf(m)
	body.User.Approves, body.PrivacyDueAt = nilIfZero(approves), timestamp(due)
	return body, err
}

// meOf is the caller with the tenant. Its only error is a database of time zones that can't be read.
func (h accountHandlers) meOf(m tenant.Member) (api.Me, error) {
	now := h.now()
	zone, err := calendar.LoadZone(m.TimeZone())
	if err != nil {
		return api.Me{}, err
	}
	_, offset := now.In(zone).Zone()
	return api.Me{
		User: api.User{
			Id:               m.User.ID.String(),
			Name:             m.User.Name,
			Email:            m.User.Email,
			Role:             api.Role(m.User.Role),
			TimeZone:         zone.String(),
			OwnTimeZone:      nilIfEmpty(m.User.TimeZone),
			UtcOffsetMinutes: offset / 60,
			TimeZoneChosen:   m.User.ZoneChosen,
			WeekStart:        api.WeekStart(m.WeekStart()),
			OwnWeekStart:     nilIfEmpty(api.WeekStart(m.User.WeekStart)),
			CsvFormat:        nilIfEmpty(api.CSVFormat(m.User.CSVFormat)),
			SingleKeys:       !m.User.SingleKeysOff,
			External:         m.User.External,
		},
		Tenant:        apiTenant(m.Tenant, now),
		PrivacyNotice: h.noticeFor(m.User, now),
		ServerTime:    api.Timestamp{Time: now},
		Etag:          versionOfUser(m.User).entityTag(),
	}, nil
}

// noticeFor is what a user is to know of the privacy notice.
func (h accountHandlers) noticeFor(u tenant.User, now time.Time) api.PrivacyNotice {
	inForce := noticeVersion(h.notices.InForce(now))
	notice := api.PrivacyNotice{Version: inForce.Version, EffectiveOn: inForce.EffectiveOn}
	if coming, ok := h.notices.Coming(now); ok {
		notice.Next = new(noticeVersion(coming))
	}
	if told, ok := h.notices.ToTell(now, u.CreatedAt, u.NoticeSeen); ok {
		notice.Announced = new(noticeVersion(told))
	}
	return notice
}

func noticeVersion(v privacy.NoticeVersion) api.NoticeVersion {
	return api.NoticeVersion{Version: v.Number, EffectiveOn: v.Effective.Format(time.DateOnly)}
}

func signUpRequest(body api.SignUp) tenant.SignUpRequest {
	return tenant.SignUpRequest{
		ID:                      ids.New[ids.Tenant](),
		Name:                    body.Name,
		Slug:                    body.Slug,
		AzureDevOpsOrganization: body.AzureDevopsOrganization,
		AdminEmail:              body.AdminEmail,
		TimeZone:                emptyIfNil(body.TimeZone),
		WeekStart:               calendar.WeekStart(emptyIfNil(body.WeekStart)),
		Currency:                emptyIfNil(body.Currency),
	}
}
