package httpapi

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"timetracker/api"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/privacy"
	"timetracker/internal/tenant"
)

// privacyHandlers serve what people choose and ask about their data.
type privacyHandlers struct {
	requests *privacy.Requests
	now      func() time.Time
}

// ownData are the operations by which people reach their own data. They answer in a tenant of any status, and to people who
// were deactivated.
var ownData = []string{
	"exportMe", "listHeldData", "listAccessRecords", "getMyPrivacy", "changeMyPrivacy", "listPrivacyRequests", "askPrivacy", "getPrivacyRequest", "withdrawPrivacyRequest",
	"getPrivacyConfirmation",
}

// GetMyPrivacy implements api.StrictServerInterface.
func (h privacyHandlers) GetMyPrivacy(ctx context.Context, _ api.GetMyPrivacyRequestObject) (api.GetMyPrivacyResponseObject, error) {
	member := caller(ctx)
	chosen, err := h.requests.Choices(ctx, member)
	if err != nil {
		return nil, err
	}
	shown := privacyChoices(member, chosen, h.now())
	return api.GetMyPrivacy200JSONResponse{Body: shown, Headers: api.GetMyPrivacy200ResponseHeaders{ETag: &shown.Etag}}, nil
}

// ChangeMyPrivacy implements api.StrictServerInterface.
func (h privacyHandlers) ChangeMyPrivacy(ctx context.Context, request api.ChangeMyPrivacyRequestObject) (api.ChangeMyPrivacyResponseObject, error) {
	member := caller(ctx)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, func(ctx context.Context) (version, error) {
		chosen, err := h.requests.Choices(ctx, member)
		return versionOfChoices(member, chosen), err
	})
	if err != nil {
		return nil, err
	}
	var patch privacy.ChoicePatch
	if request.Body.Objections != nil {
		wanted := mapSlice(*request.Body.Objections, func(one api.Processing) privacy.Processing { return privacy.Processing(one) })
		patch.Objections = &wanted
	}
	if wanted := request.Body.Nominee; wanted.Given {
		patch.Nominee = &privacy.Nominee{}
		if wanted.Value != nil {
			patch.Nominee.Name, patch.Nominee.Email = wanted.Value.Name, wanted.Value.Email
		}
	}
	chosen, err := h.requests.Choose(ctx, member, expected.of(ids.Any(member.User.ID))-1, patch)
	if err != nil {
		return nil, err
	}
	shown := privacyChoices(member, chosen, h.now())
	return api.ChangeMyPrivacy200JSONResponse{Body: shown, Headers: api.ChangeMyPrivacy200ResponseHeaders{ETag: &shown.Etag}}, nil
}

// The API's words for the purposes, retentions and erasures of the schema.
var (
	heldPurposes = map[privacy.Purpose]api.HeldDataPurpose{
		privacy.Contract: "contract", privacy.Accounts: "accounts",
		privacy.Recording: "recording", privacy.Tracking: "tracking",
		privacy.Approving: "approving", privacy.Reporting: "reporting",
		privacy.Importing: "importing", privacy.Accounting: "accounting",
		privacy.UsageLog: "usage_log", privacy.Billing: "billing",
		privacy.Proving: "proving", privacy.Operating: "operating",
		privacy.Rights: "rights",
	}
	heldRetentions = map[privacy.Retention]api.HeldDataRetention{
		privacy.WithTenant: "with_tenant", privacy.AsLogs: "as_logs",
		privacy.SevenYears: "seven_years", privacy.OneDay: "one_day",
		privacy.UntilDone: "until_done",
	}
	heldErasures = map[privacy.Erasure]api.HeldDataErasure{
		privacy.Pseudonym: "pseudonym", privacy.ForTotals: "for_totals",
		privacy.Cleared: "cleared", privacy.ClearedWhereNamed: "cleared", privacy.Redacted: "redacted",
		privacy.Removed: "removed", privacy.UnlessShared: "unless_shared",
		privacy.Replaced: "replaced", privacy.KeptByLaw: "kept_by_law",
		privacy.OfTheOrganization: "of_the_organization",
	}
)

// ListHeldData implements api.StrictServerInterface.
func (h privacyHandlers) ListHeldData(context.Context, api.ListHeldDataRequestObject) (api.ListHeldDataResponseObject, error) {
	held := mapSlice(privacy.Held(), func(d privacy.HeldData) api.HeldData {
		return api.HeldData{
			RecordSet: api.HeldDataRecordSet(d.RecordSet), Fields: d.Fields, Class: api.HeldDataClass(d.Class), Purpose: heldPurposes[d.Purpose],
			Retention: heldRetentions[d.Retention], Erasure: heldErasures[d.Erasure],
		}
	})
	return api.ListHeldData200JSONResponse{Data: held}, nil
}

// ListPrivacyRequests implements api.StrictServerInterface.
func (h privacyHandlers) ListPrivacyRequests(ctx context.Context, request api.ListPrivacyRequestsRequestObject) (api.ListPrivacyRequestsResponseObject, error) {
	member, params := caller(ctx), request.Params
	cursor, limit := params.Cursor, params.Limit
	params.Cursor, params.Limit = nil, nil
	everybody := params.Scope != nil && *params.Scope == api.ListPrivacyRequestsParamsScopeTenant
	waiting := params.Waiting != nil && *params.Waiting
	found, next, err := readPage(newListing(member.Tenant.ID, "privacy-requests", params), cursor, limit,
		func(request page.Request) ([]privacy.Request, page.Position, error) {
			return h.requests.List(ctx, member, everybody, waiting, request)
		})
	if err != nil {
		return nil, err
	}
	return api.ListPrivacyRequests200JSONResponse{Data: mapSlice(found, h.shown), Page: next}, nil
}

// AskPrivacy implements api.StrictServerInterface.
func (h privacyHandlers) AskPrivacy(ctx context.Context, request api.AskPrivacyRequestObject) (api.AskPrivacyResponseObject, error) {
	asked, reference, err := h.requests.Ask(ctx, caller(ctx), privacy.NewRequest{
		Kind: privacy.Kind(request.Body.Kind), Processing: privacy.Processing(emptyIfNil(request.Body.Processing)),
		Note: emptyIfNil(request.Body.Note),
	})
	if err != nil {
		return nil, err
	}
	shown := h.shown(asked)
	return api.AskPrivacy201JSONResponse{
		Body: api.AskedPrivacyRequest{Request: shown, Reference: reference}, Headers: api.AskPrivacy201ResponseHeaders{ETag: &shown.Etag},
	}, nil
}

// GetPrivacyRequest implements api.StrictServerInterface.
func (h privacyHandlers) GetPrivacyRequest(ctx context.Context, request api.GetPrivacyRequestRequestObject) (api.GetPrivacyRequestResponseObject, error) {
	found, err := h.requests.Get(ctx, caller(ctx), idOf[ids.PrivacyRequest](request.Id))
	if err != nil {
		return nil, err
	}
	shown := h.shown(found)
	return api.GetPrivacyRequest200JSONResponse{Body: shown, Headers: api.GetPrivacyRequest200ResponseHeaders{ETag: &shown.Etag}}, nil
}

// WithdrawPrivacyRequest implements api.StrictServerInterface.
func (h privacyHandlers) WithdrawPrivacyRequest(ctx context.Context, request api.WithdrawPrivacyRequestRequestObject) (api.WithdrawPrivacyRequestResponseObject, error) {
	id := idOf[ids.PrivacyRequest](request.Id)
	revision, err := h.seen(ctx, request.Params.IfMatch, id)
	if err != nil {
		return nil, err
	}
	changed, err := h.requests.Withdraw(ctx, caller(ctx), id, revision)
	if err != nil {
		return nil, err
	}
	shown := h.shown(changed)
	return api.WithdrawPrivacyRequest200JSONResponse{Body: shown, Headers: api.WithdrawPrivacyRequest200ResponseHeaders{ETag: &shown.Etag}}, nil
}

// DecidePrivacyRequest implements api.StrictServerInterface.
func (h privacyHandlers) DecidePrivacyRequest(ctx context.Context, request api.DecidePrivacyRequestRequestObject) (api.DecidePrivacyRequestResponseObject, error) {
	id := idOf[ids.PrivacyRequest](request.Id)
	revision, err := h.seen(ctx, request.Params.IfMatch, id)
	if err != nil {
		return nil, err
	}
	changed, err := h.requests.Decide(ctx, caller(ctx), id, revision, privacy.Decision{
		Grant: request.Body.Grant, Reason: emptyIfNil(request.Body.Reason), Outcome: emptyIfNil(request.Body.Outcome),
	})
	if err != nil {
		return nil, err
	}
	shown := h.shown(changed)
	return api.DecidePrivacyRequest200JSONResponse{Body: shown, Headers: api.DecidePrivacyRequest200ResponseHeaders{ETag: &shown.Etag}}, nil
}

// CompletePrivacyRequest implements api.StrictServerInterface.
func (h privacyHandlers) CompletePrivacyRequest(ctx context.Context, request api.CompletePrivacyRequestRequestObject) (api.CompletePrivacyRequestResponseObject, error) {
	id := idOf[ids.PrivacyRequest](request.Id)
	revision, err := h.seen(ctx, request.Params.IfMatch, id)
	if err != nil {
		return nil, err
	}
	changed, err := h.requests.Complete(ctx, caller(ctx), id, revision, request.Body.Outcome)
	if err != nil {
		return nil, err
	}
	shown := h.shown(changed)
	return api.CompletePrivacyRequest200JSONResponse{Body: shown, Headers: api.CompletePrivacyRequest200ResponseHeaders{ETag: &shown.Etag}}, nil
}

// seen is the revision of a request that the caller has seen.
func (h privacyHandlers) seen(ctx context.Context, ifMatch *string, id ids.PrivacyRequest) (int64, error) {
	expected, err := expectedVersion(ctx, ifMatch, func(ctx context.Context) (version, error) {
		found, err := h.requests.Get(ctx, caller(ctx), id)
		return versionOfPrivacyRequest(found), err
	})
	return expected.of(ids.Any(id)), err
}

// GetPrivacyConfirmation implements api.StrictServerInterface.
func (h privacyHandlers) GetPrivacyConfirmation(ctx context.Context, request api.GetPrivacyConfirmationRequestObject) (api.GetPrivacyConfirmationResponseObject, error) {
	found, err := h.requests.Confirmation(ctx, caller(ctx), idOf[ids.PrivacyRequest](request.Id))
	if err != nil {
		return nil, err
	}
	callOf(ctx).shows = []ids.User{found.Request.User.ID}
	return h.confirmation(found, string(emptyIfNil(request.Params.Language)))
}

// FindPrivacyConfirmation implements api.StrictServerInterface.
func (h privacyHandlers) FindPrivacyConfirmation(ctx context.Context, request api.FindPrivacyConfirmationRequestObject) (api.FindPrivacyConfirmationResponseObject, error) {
	found, err := h.requests.ConfirmationOf(ctx, request.Reference)
	if err != nil {
		return nil, err
	}
	return h.confirmation(found, string(emptyIfNil(request.Params.Language)))
}

func (h privacyHandlers) confirmation(c privacy.Confirmation, language string) (confirmationPage, error) {
	var made bytes.Buffer
	if err := h.requests.Print(&made, c, language); err != nil {
		return confirmationPage{}, err
	}
	return confirmationPage{made.Bytes(), c.Request.ID.String()}, nil
}

// confirmationPage is a PDF of one or two pages.
type confirmationPage struct {
	content []byte
	name    string
}

// VisitGetPrivacyConfirmationResponse implements api.GetPrivacyConfirmationResponseObject.
func (c confirmationPage) VisitGetPrivacyConfirmationResponse(w http.ResponseWriter) error {
	return c.send(w)
}

// VisitFindPrivacyConfirmationResponse implements api.FindPrivacyConfirmationResponseObject.
func (c confirmationPage) VisitFindPrivacyConfirmationResponse(w http.ResponseWriter) error {
	return c.send(w)
}

func (c confirmationPage) send(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", mediaPDF)
	w.Header().Set("Content-Length", strconv.Itoa(len(c.content)))
	w.Header().Set("Content-Disposition", `attachment; filename="confirmation-`+c.name+`.pdf"`)
	_, err := w.Write(c.content)
	return err
}

// shown is a request as the API gives it.
func (h privacyHandlers) shown(r privacy.Request) api.PrivacyRequest {
	shown := api.PrivacyRequest{
		Id: r.ID.String(), User: api.UserRef{Id: r.User.ID.String(), Name: r.User.Name}, Kind: api.PrivacyRight(r.Kind),
		Status: api.PrivacyRequestStatus(r.Status), Note: r.Note, AskedAt: api.Timestamp{Time: r.AskedAt}, DueAt: api.Timestamp{Time: r.DueAt},
		Overdue: r.Waits() && h.now().After(r.DueAt), ForOperator: r.ForOperator,
		Reason: r.Reason, Outcome: r.Outcome, ByPeople: r.ByPeople(), Confirmed: !r.Digest.IsZero(), Etag: versionOfPrivacyRequest(r).entityTag(),
		Kept: mapSlice(r.Kept, func(k privacy.Kept) api.KeptData {
			return api.KeptData{What: api.KeptDataWhat(k.What), Why: api.KeptDataWhy(k.Why), Until: api.Timestamp{Time: k.Until}}
		}),
	}
	if r.Processing != "" {
		shown.Processing = new(api.Processing(r.Processing))
	}
	if !r.DecidedAt.IsZero() {
		shown.DecidedAt = &api.Timestamp{Time: r.DecidedAt}
	}
	if !r.DecidedBy.ID.IsZero() {
		shown.DecidedBy = &api.UserRef{Id: r.DecidedBy.ID.String(), Name: r.DecidedBy.Name}
	}
	if !r.ClosedAt.IsZero() {
		shown.ClosedAt = &api.Timestamp{Time: r.ClosedAt}
	}
	return shown
}

func privacyChoices(m tenant.Member, c privacy.Choices, now time.Time) api.PrivacyChoices {
	processing := func(one privacy.Processing) api.Processing { return api.Processing(one) }
	shown := api.PrivacyChoices{
		Person: api.PrivacyPerson{
			Name: m.User.Name, Email: m.User.Email, Organization: m.Tenant.Name,
			Active: m.User.Status == tenant.UserActive && m.Tenant.MayWrite(now) == nil,
		},
		Objections: mapSlice(c.Objections, processing), Offered: mapSlice(privacy.Offered(m), processing),
		Etag: versionOfChoices(m, c).entityTag(),
	}
	if ends := privacy.EndOf(m.Tenant); !ends.IsZero() {
		shown.Person.EndsAt = &api.Timestamp{Time: ends}
	}
	if !c.RestrictedAt.IsZero() {
		shown.RestrictedSince = &api.Timestamp{Time: c.RestrictedAt}
	}
	if c.Nominee.Name != "" {
		shown.Nominee = &api.Nominee{Name: c.Nominee.Name, Email: c.Nominee.Email, NamedAt: &api.Timestamp{Time: c.Nominee.NamedAt}}
	}
	return shown
}

func versionOfPrivacyRequest(r privacy.Request) version { return version{ids.Any(r.ID), r.Revision} }

// versionOfChoices counts from 1: who has chosen nothing has the revision 0.
func versionOfChoices(m tenant.Member, c privacy.Choices) version {
	return version{ids.Any(m.User.ID), c.Revision + 1}
}

// mayReachOwnData says whether an operation reaches the caller's own data.
func mayReachOwnData(operation string) bool { return slices.Contains(ownData, operation) }
