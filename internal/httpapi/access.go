package httpapi

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"timetracker/api"
	"timetracker/internal/audit"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

// reading says what an operation gives away of others than its caller.
type reading struct {
	kind  audit.AccessKind
	whose func(shown) shownPeople // nil: nothing of others
	// changes says that it changes something, so that change and record are kept together or not at all.
	changes bool
}

// shown is an answer that is about to be sent.
type shown struct {
	call   *call
	answer any
}

// shownPeople are those whose data an answer has. The caller may be among them.
type shownPeople struct {
	everybody bool
	users     []ids.User
}

// nothing is for operations that say nothing of others, or only what all colleagues are told. That is the names of approvers
// and sums of everybody's time.
var nothing = reading{}

func reads(kind audit.AccessKind, whose func(shown) shownPeople) reading {
	return reading{kind: kind, whose: whose}
}

func changes(kind audit.AccessKind) reading {
	return reading{kind: kind, whose: inAnswer, changes: true}
}

// readings has every operation of the contract.
var readings = map[string]reading{
	"listTimeEntries":        reads(audit.AccessList, scoped),
	"listTimers":             reads(audit.AccessList, everybodys),
	"listAdjustments":        reads(audit.AccessList, filtered),
	"listImportRows":         reads(audit.AccessList, everybodys),
	"getWorkItemTime":        reads(audit.AccessList, toAdmins), // who runs a timer on it
	"getTimeEntry":           reads(audit.AccessEntry, inAnswer),
	"getTimeEntryHistory":    reads(audit.AccessHistory, inAnswer),
	"listTimerEvents":        reads(audit.AccessLog, scoped),
	"listActions":            reads(audit.AccessLog, filtered),
	"listAuditEvents":        reads(audit.AccessLog, everybodys), // a change is told of whoever made it, and of whom it concerns
	"reportTime":             reads(audit.AccessReport, reported),
	"reportEntries":          reads(audit.AccessReport, filtered),
	"listTimesheets":         reads(audit.AccessTimesheet, filtered),
	"listPendingTimesheets":  reads(audit.AccessTimesheet, scoped),
	"listTimesheetEntries":   reads(audit.AccessTimesheet, filtered),
	"getTargets":             reads(audit.AccessTimesheet, inAnswer),
	"listUsers":              reads(audit.AccessPerson, everybodys),
	"getUser":                reads(audit.AccessPerson, inAnswer),
	"listPrivacyRequests":    reads(audit.AccessPerson, scoped),
	"getPrivacyRequest":      reads(audit.AccessPerson, inAnswer),
	"getPrivacyConfirmation": reads(audit.AccessPerson, inAnswer),
	"exportProof":            reads(audit.AccessExport, everybodys),
	"exportTenant":           reads(audit.AccessExport, everybodys),
	"listBillingRecords":     reads(audit.AccessBilling, everybodys),
	"getBillingRecord":       reads(audit.AccessBilling, everybodys),
	"getStatement":           reads(audit.AccessBilling, everybodys),

	"stopTimerOf":       changes(audit.AccessEntry),
	"resumeTimer":       changes(audit.AccessEntry),
	"changeTimeEntry":   changes(audit.AccessEntry),
	"voidTimeEntry":     changes(audit.AccessEntry),
	"undoTimeEntry":     changes(audit.AccessEntry),
	"settleTimeEntry":   changes(audit.AccessEntry),
	"splitTimeEntry":    changes(audit.AccessEntry),
	"mergeTimeEntries":  changes(audit.AccessEntry),
	"copyTimeEntry":     changes(audit.AccessEntry),
	"changeTimeEntries": changes(audit.AccessEntry),
	"decideTimesheet":   changes(audit.AccessTimesheet),
	"setTarget":         changes(audit.AccessTimesheet),
	"adjust":            changes(audit.AccessTimesheet),
	"reverseAdjustment": changes(audit.AccessTimesheet),
	"changeUser":        changes(audit.AccessPerson),
	"renewInvitation":   changes(audit.AccessPerson),

	"decidePrivacyRequest":   changes(audit.AccessPerson),
	"completePrivacyRequest": changes(audit.AccessPerson),

	// The caller's own.
	"getMyPrivacy": nothing, "changeMyPrivacy": nothing, "listHeldData": nothing, "askPrivacy": nothing, "withdrawPrivacyRequest": nothing,
	"findPrivacyConfirmation": nothing, // whoever has the reference was told it by the person
	"getMe":                   nothing, "changeMe": nothing, "exportMe": nothing, "listAccessRecords": nothing, "signUp": nothing, "requestToJoin": nothing,
	"startTimer": nothing, "getCurrentTimer": nothing, "discardCurrentTimer": nothing, "changeCurrentTimer": nothing,
	"stopTimer": nothing, "addTimeEntry": nothing, "getTimeEntryLastChange": nothing, "recordAction": nothing,
	"listWriteBacks": nothing, "attemptWriteBacks": nothing, "leaveOutWriteBack": nothing,
	"submitTimesheet": nothing, "withdrawTimesheet": nothing, "listReminders": nothing, "dismissReminder": nothing,
	// The organization's, and what the caller has just typed.
	"listActivities": nothing, "addActivity": nothing, "changeActivity": nothing, "archiveActivity": nothing,
	"getTenant": nothing, "changeTenant": nothing, "getLogo": nothing, "getRetention": nothing, "getProofStatus": nothing, "verifyProof": nothing,
	"getTenantDeletion": nothing, "askTenantDeletion": nothing, "stopTenantDeletion": nothing, "confirmTenantDeletion": nothing,
	"listProjects": nothing, "changeProject": nothing, "mergeProject": nothing, "unmergeProject": nothing,
	"listSavedReports": nothing, "saveReport": nothing, "changeSavedReport": nothing, "deleteSavedReport": nothing,
	"inviteUsers": nothing, "withdrawUser": nothing, "remind": nothing,
	"listImports": nothing, "beginImport": nothing, "getImport": nothing, "discardImport": nothing, "putImportPart": nothing,
	"checkImport": nothing, "runImport": nothing, "stopImport": nothing, "undoImport": nothing,
	"resolveLanding": nothing, "takeSubscription": nothing, "getSubscription": nothing, "previewBilling": nothing,
	// What Microsoft shows the caller, with the caller's own rights.
	"searchDirectory": nothing, "searchWorkItems": nothing, "listWorkItems": nothing,
	// Work items, and sums of their time.
	"listRecentWorkItems": nothing, "pinWorkItem": nothing, "unpinWorkItem": nothing,
	"listCompletedWork": nothing, "correctCompletedWork": nothing,
}

// everybodys is for lists of the whole tenant.
func everybodys(shown) shownPeople { return shownPeople{everybody: true} }

// named are the people whom the request asks for.
func (s shown) named() []ids.User {
	users := make([]ids.User, len(s.call.query["user_id"]))
	for i, id := range s.call.query["user_id"] {
		users[i] = idOf[ids.User](id)
	}
	return users
}

// scoped is for lists that are the caller's own unless they ask for others.
func scoped(s shown) shownPeople {
	switch named := s.named(); {
	case len(named) > 0:
		return shownPeople{users: named}
	case s.call.query.Get("scope") == "tenant":
		return everybodys(s)
	default:
		return inAnswer(s)
	}
}

// filtered is for lists that have everybody whom the caller may see: for admins the tenant, for approvers their people.
func filtered(s shown) shownPeople {
	switch named := s.named(); {
	case len(named) > 0:
		return shownPeople{users: named}
	case s.call.member.User.Role != tenant.RoleUser:
		return everybodys(s)
	default:
		return inAnswer(s)
	}
}

// reported is for sums. Those of the whole tenant say nothing of people unless they are grouped by them.
func reported(s shown) shownPeople {
	groups := strings.Split(s.call.query.Get("group_by"), ",")
	if len(s.named()) > 0 || slices.Contains(groups, string(report.User)) {
		return filtered(s)
	}
	return shownPeople{}
}

// inAnswer looks for people in the answer: whose entries and weeks it has, and whom their handler has told.
func inAnswer(s shown) shownPeople {
	people := shownPeople{users: s.call.shows}
	if _, file := s.answer.(producedDocument); !file {
		people.add(reflect.ValueOf(s.answer))
	}
	return people
}

// toAdmins is for what all colleagues are told, who are many: admins alone leave a record.
func toAdmins(s shown) shownPeople {
	if s.call.member.User.Role == tenant.RoleUser {
		return shownPeople{}
	}
	return inAnswer(s)
}

// add adds the people of a value of the contract. Whoever has only done something to it, such as an approver, is no such one.
func (p *shownPeople) add(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			p.add(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			p.add(v.Index(i))
		}
	case reflect.Struct:
		switch is := v.Interface().(type) {
		case api.TenantUser:
			p.users = append(p.users, idOf[ids.User](is.Id))
			return
		case api.Targets:
			if is.UserId != nil {
				p.users = append(p.users, idOf[ids.User](*is.UserId))
			}
			return
		}
		for i := range v.NumField() {
			if !v.Type().Field(i).IsExported() {
				continue // of an instant
			}
			if user, ok := v.Field(i).Interface().(api.UserRef); !ok {
				p.add(v.Field(i))
			} else if v.Type().Field(i).Name == "User" {
				p.users = append(p.users, idOf[ids.User](user.Id))
			}
		}
	default:
	}
}

// recordAccess keeps a record of who reads data of others, before they get to see it. Without a record there is no answer.
func (s *server) recordAccess(next api.StrictHandlerFunc, operation string) api.StrictHandlerFunc {
	what := readings[strings.ToLower(operation[:1])+operation[1:]]
	if what.whose == nil {
		return next
	}
	return func(ctx context.Context, w http.ResponseWriter, r *http.Request, request any) (answer any, err error) {
		handle := func(ctx context.Context) error {
			callOf(ctx).shows = nil
			if answer, err = next(ctx, w, r, request); err != nil {
				return err
			}
			if err = s.noteAccess(ctx, what, answer); err != nil {
				if made, ok := answer.(producedDocument); ok {
					made.body.Close()
				}
				answer = nil
			}
			return err
		}
		if member := caller(ctx); what.changes && (what.kind != audit.AccessEntry || member.User.Role != tenant.RoleUser) {
			return answer, s.keys.Tx(ctx, member.Tenant.ID, handle)
		}
		err = handle(ctx)
		return answer, err
	}
}

// noteAccess records what an answer gives away.
func (s *server) noteAccess(ctx context.Context, what reading, answer any) error {
	people := what.whose(shown{call: callOf(ctx), answer: answer})
	if !people.everybody && len(people.users) == 0 {
		return nil
	}
	kind := what.kind
	if made, ok := answer.(producedDocument); ok && made.header.Get("Content-Disposition") != "" {
		kind = audit.AccessExport
	}
	return s.note(ctx, kind, people.users...)
}

// note records that the caller reads data of people or, without any, of everybody.
func (s *server) note(ctx context.Context, kind audit.AccessKind, users ...ids.User) error {
	member := caller(ctx)
	by := audit.Reader{ID: member.User.ID, Name: member.User.Name, Role: string(member.User.Role)}
	if err := s.accesses.Note(ctx, member.Tenant.ID, by, kind, users...); err != nil {
		return errs.Wrap(err, errs.Unavailable, "access_not_recorded",
			"Who reads data of others is recorded, and that isn't possible now. Please try again.")
	}
	return nil
}

// withoutUnrecorded is a refusal without somebody else's entry, if it has one and that can't be recorded.
func (s *server) withoutUnrecorded(ctx context.Context, refusal *errs.Error) *errs.Error {
	entry, ok := refusal.Subject.(timer.Entry)
	if !ok || s.note(ctx, audit.AccessEntry, entry.User.ID) == nil {
		return refusal
	}
	without := *refusal
	without.Subject = nil
	return &without
}

// accessHandlers serve who read data of the caller.
type accessHandlers struct{ accesses *audit.Accesses }

// ListAccessRecords implements api.StrictServerInterface.
func (h accessHandlers) ListAccessRecords(ctx context.Context, request api.ListAccessRecordsRequestObject) (api.ListAccessRecordsResponseObject, error) {
	member := caller(ctx)
	records, next, err := readPage(newListing(member.Tenant.ID, "access-records", member.User.ID), request.Params.Cursor, request.Params.Limit,
		func(request page.Request) ([]audit.AccessRecord, page.Position, error) {
			return h.accesses.Of(ctx, member.Tenant.ID, member.User.ID, request)
		})
	if err != nil {
		return nil, err
	}
	return api.ListAccessRecords200JSONResponse{Data: mapSlice(records, accessRecord), Page: next}, nil
}

func accessRecord(r audit.AccessRecord) api.AccessRecord {
	return api.AccessRecord{
		Id: r.ID.String(), Hour: api.Timestamp{Time: r.Hour}, Kind: api.AccessKind(r.Kind), Everybody: r.Whose.IsZero(),
		By: api.AccessReader{
			Id: nilIfEmpty(r.By.ID.String()), Name: nilIfEmpty(r.By.Name), Role: nilIfEmpty(api.Role(r.By.Role)),
			Operator: nilIfEmpty(r.By.Operator),
		},
		FirstAt: api.Timestamp{Time: r.FirstAt}, LastAt: api.Timestamp{Time: r.LastAt}, Reads: r.Reads,
	}
}
