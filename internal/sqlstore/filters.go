package sqlstore

import (
	"database/sql"
	"encoding/json"

	"timetracker/internal/ids"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/timer"
)

// narrow adds what entries e can be narrowed to by their own columns, but for their project. One value is compared, so that
// an index is found by it.
func (s *Store) narrow(where *engine.Filter, selection timer.Selection) {
	switch users := selection.Users; len(users) {
	case 0:
	case 1:
		where.And(`e.user_id = @user_id`, sql.Named("user_id", users[0]))
	default:
		where.And(`e.user_id IN `+s.dialect.IDs("@users"), sql.Named("users", idList(users)))
	}
	s.leaveOut(where, "e.user_id", selection.LeftOut)
	switch items := selection.WorkItems; {
	case !items.Narrow():
	case len(items.IDs) == 1 && !items.None:
		where.And(`e.work_item_id = @work_item_id`, sql.Named("work_item_id", items.IDs[0]))
	default:
		where.And(s.amongItems("e.work_item_id", "@items", items), sql.Named("items", idList(items.IDs)))
	}
	if len(selection.Activities) > 0 {
		where.And(`e.activity_id IN `+s.dialect.IDs("@activities"), sql.Named("activities", idList(selection.Activities)))
	}
	if selection.Billable != nil {
		where.And(`e.billable = @billable`, sql.Named("billable", *selection.Billable))
	}
	if selection.Note != "" {
		where.And(`e.note`+s.dialect.Contains, sql.Named("search", s.dialect.Pattern(selection.Note)))
	}
	if selection.Approved != nil {
		condition := approved
		if !*selection.Approved {
			condition = `NOT ` + approved
		}
		where.And(condition, sql.Named("max_week_ms", maxWeek.Milliseconds()))
	}
	if selection.NeedsReview != nil {
		where.And(`e.needs_review = @needs_review`, sql.Named("needs_review", *selection.NeedsReview))
	}
}

// leaveOut leaves out rows of people.
func (s *Store) leaveOut(where *engine.Filter, column string, people []ids.User) {
	if len(people) > 0 {
		where.And(column+` NOT IN `+s.dialect.IDs("@left_out"), sql.Named("left_out", idList(people)))
	}
}

// approved is the condition that all of an entry e lies in approved time, which two weeks in a row can share. No entry is as
// long as a week. What runs has no end that could be approved.
const approved = `EXISTS (SELECT 1 FROM timesheets q
		WHERE q.tenant_id = @tenant_id AND q.user_id = e.user_id AND q.from_at > e.started_at - @max_week_ms AND q.from_at <= e.started_at
			AND q.approved_through_at > e.started_at AND (q.approved_through_at >= e.stopped_at
			OR EXISTS (SELECT 1 FROM timesheets n
				WHERE n.tenant_id = @tenant_id AND n.user_id = e.user_id AND n.from_at > e.started_at AND n.from_at <= q.approved_through_at
					AND n.approved_through_at >= e.stopped_at)))`

// adjustmentApproved is the condition that an adjustment e is approved, as whoever approves has made it. One that settles an
// entry is approved with the week in which it counts, if it was there by then.
const adjustmentApproved = `(e.entry_id IS NULL OR EXISTS (SELECT 1 FROM timesheets q
		WHERE q.tenant_id = @tenant_id AND q.user_id = e.user_id AND q.first_day > e.day - 7 AND q.first_day <= e.day
			AND q.approved_through_at > e.made_at))`

// narrowAdjustments adds by which of its own columns an adjustment e is narrowed as no entry is.
func narrowAdjustments(where *engine.Filter, selection timer.Selection) {
	switch {
	case selection.Approved == nil:
	case *selection.Approved:
		where.And(adjustmentApproved)
	default:
		where.And(`NOT ` + adjustmentApproved)
	}
}

// narrowEntries adds all that a list of entries e can be narrowed to. It gives what has to be joined to entryTables.
func (s *Store) narrowEntries(where *engine.Filter, selection timer.Selection) (joined string) {
	s.narrow(where, selection)
	if len(selection.Sites) > 0 {
		where.And(`p.site_id IN `+s.dialect.IDs("@sites"), sql.Named("sites", idList(selection.Sites)))
	}
	if len(selection.Projects) > 0 {
		where.And(`p.counts_as IN `+s.dialect.IDs("@projects"), sql.Named("projects", idList(selection.Projects)))
	}
	item := entryItem(selection)
	s.narrowItems(where, selection, item)
	if selection.Parents.Narrow() {
		return item.joinParent
	}
	return ""
}

// amongItems is the condition that a column has one of the items, which a parameter lists.
func (s *Store) amongItems(column, parameter string, items timer.Items) string {
	among := column + ` IN ` + s.dialect.IDs(parameter)
	if items.None {
		among = `(` + among + ` OR ` + column + ` IS NULL)`
	}
	return among
}

// itemFacts are expressions for what a person may see of a work item, as workitem.WorkItem.SeenBy says. A text is empty for
// none, and parentNumber is null. joinParent joins the parent o, which has no row when it isn't stored.
type itemFacts struct{ itemType, state, parentNumber, joinParent string }

// entryItem are those of a work item w with the view v of an entry's owner. Whoever is no admin owns the entries that they
// see.
func entryItem(selection timer.Selection) itemFacts {
	facts := itemFacts{itemType: "COALESCE(w.type, '')", state: "COALESCE(w.state, '')", parentNumber: "w.parent_number"}
	if !selection.Viewer.IsZero() {
		facts = itemFacts{
			itemType:     "COALESCE(CASE WHEN v.read_at IS NOT NULL THEN w.type ELSE v.type END, '')",
			state:        "COALESCE(CASE WHEN v.read_at IS NOT NULL THEN w.state END, '')",
			parentNumber: "CASE WHEN v.read_at IS NOT NULL THEN w.parent_number END",
		}
	}
	facts.joinParent = `
		LEFT JOIN work_items o ON o.tenant_id = @tenant_id AND o.site_id = w.site_id AND o.number = ` + facts.parentNumber + "\n"
	return facts
}

// narrowItems adds what time can be narrowed to by what is stored of its work item w and of the parent o.
func (s *Store) narrowItems(where *engine.Filter, selection timer.Selection, of itemFacts) {
	if len(selection.Types) > 0 {
		where.And(of.itemType+` IN `+s.dialect.Texts("@types"), sql.Named("types", textList(selection.Types)))
	}
	if len(selection.States) > 0 {
		where.And(of.state+` IN `+s.dialect.Texts("@states"), sql.Named("states", textList(selection.States)))
	}
	if parents := selection.Parents; parents.Narrow() {
		where.And(s.amongItems("o.id", "@parents", parents), sql.Named("parents", idList(parents.IDs)))
	}
}

// textList writes texts as dialect.Texts reads them.
func textList[T ~string](texts []T) string {
	list, err := json.Marshal(texts)
	if err != nil {
		panic(err) // texts alone
	}
	return string(list)
}
