package boards

import (
	"slices"
	"time"
)

// seed is one work item of the fixed data. Completed and remaining work are hours. If both are zero the item has neither
// field.
type seed struct {
	id                   int
	project, kind        string
	title, state         string
	assignedTo           string
	parent               int
	completed, remaining float64
}

// areaOfSeed is the area of a work item that is not in its project's root.
var areaOfSeed = map[int]string{132: "Vault", 133: "Audit"}

func (s seed) revision(b *Boards, at time.Time) *revision {
	var home *project
	for _, o := range b.organizations {
		if found := o.project(s.project); found != nil {
			home = found
		}
	}
	creator := ada
	if s.project == "Robotics" {
		creator = frances
	}
	r := &revision{
		project: home, area: areaOfSeed[s.id], parent: s.parent, reason: "New",
		created: at, changed: at, stateChanged: at, createdBy: creator, changedBy: creator,
		fields: map[string]any{FieldType: s.kind, FieldTitle: s.title, FieldState: s.state, FieldPriority: 2},
	}
	if s.assignedTo != "" {
		r.fields[FieldAssignedTo] = s.assignedTo
	}
	if s.completed != 0 || s.remaining != 0 {
		r.fields[FieldOriginalEstimate], r.fields[FieldCompletedWork] = s.completed+s.remaining, s.completed
		if s.state != stateClosed {
			r.fields[FieldRemainingWork] = s.remaining
		}
	}
	return r
}

// The principal names of those to whom work items are assigned.
const (
	ada      = "ada@contoso.example"
	grace    = "grace@contoso.example"
	linus    = "linus@contoso.example"
	margaret = "margaret@contoso.example"
	kimGuest = "kim_fabrikam.example#EXT#@contoso.example"
	frances  = "frances@fabrikam.example"
	barbara  = "barbara@fabrikam.example"
	edsger   = "edsger@fabrikam.example"
	kimHome  = "kim@fabrikam.example"
)

// seeds returns the fixed work items.
func seeds() []seed {
	return slices.Concat(paymentsSeeds(), storefrontSeeds(), guardedSeeds(), roboticsSeeds())
}

func paymentsSeeds() []seed {
	return []seed{
		{101, "Payments", "Epic", "Accept payments in every country we ship to", "Active", ada, 0, 0, 0},
		{102, "Payments", "Feature", "Pay by bank transfer", "Active", grace, 101, 0, 0},
		{103, "Payments", "User Story", "As a buyer I can pay by SEPA transfer", "Active", grace, 102, 0, 0},
		{104, "Payments", "Task", "Show the payment reference at checkout", "Active", grace, 103, 11.5, 4},
		{105, "Payments", "Task", "Match incoming transfers to open orders", "Active", linus, 103, 7, 9},
		{106, "Payments", "Task", "Tell the buyer when the transfer has arrived", "New", "", 103, 0, 6},
		{107, "Payments", "Bug", "Refund is sent twice when the gateway times out", "Active", linus, 101, 5.5, 2.5},
		{108, "Payments", "Bug", "Amounts in yen are shown with two decimals", "Resolved", margaret, 101, 2, 0},
		{109, "Payments", "Feature", "Refunds without a support ticket", "New", ada, 101, 0, 0},
		{110, "Payments", "User Story", "As a buyer I can return one item of an order", "New", "", 109, 0, 0},
		{111, "Payments", "User Story", "As a clerk I see why a refund was declined", "Active", margaret, 109, 0, 0},
		{112, "Payments", "Task", "Translate the gateway's decline codes", "Active", margaret, 111, 3.25, 1.75},
		{113, "Payments", "Task", "Add the decline reason to the order page", "Closed", kimGuest, 111, 6, 0},
		{114, "Payments", "Test Case", "Refund of a partly shipped order", "Design", margaret, 111, 0, 0},
		{115, "Payments", "Issue", "The bank's sandbox is down every Sunday night", "Active", ada, 0, 0, 0},
		{116, "Payments", "Task", "Rotate the gateway's signing certificate", "Closed", linus, 101, 1.5, 0},
	}
}

func storefrontSeeds() []seed {
	return []seed{
		{117, "Storefront", "Epic", "A store that is quick on a phone", "Active", ada, 0, 0, 0},
		{118, "Storefront", "Feature", "Product pages under one second", "Active", linus, 117, 0, 0},
		{119, "Storefront", "User Story", "As a visitor I see the product before reviews", "Active", linus, 118, 0, 0},
		{120, "Storefront", "Task", "Load reviews when they scroll into view", "Active", linus, 119, 4.5, 3.5},
		{121, "Storefront", "Task", "Serve product images as AVIF", "Closed", grace, 119, 8, 0},
		{122, "Storefront", "Bug", "Images jump while the page loads", "Active", grace, 118, 2.75, 1.25},
		{123, "Storefront", "Feature", "Search that forgives typing errors", "Active", margaret, 117, 0, 0},
		{124, "Storefront", "User Story", "As a visitor I find an umbrella by umbrela", "Active", margaret, 123, 0, 0},
		{125, "Storefront", "Task", "Index product names as trigrams", "Active", margaret, 124, 9, 5},
		{126, "Storefront", "Task", "Measure how often a search finds nothing", "New", ada, 124, 0, 4},
		{127, "Storefront", "Test Case", "Search in German with ä, ö, ü and ß", "Ready", margaret, 124, 0, 0},
		{128, "Storefront", "Bug", "Basket is empty after signing in", "New", "", 117, 0, 0},
		{129, "Storefront", "Issue", "Licence of the icon font ends in March", "Active", ada, 0, 0, 0},
		{130, "Storefront", "Task", "Replace the icon font by SVG", "Active", kimGuest, 117, 3, 8},
		{131, "Storefront", "Bug", "Keyboard focus is lost when the menu closes", "Resolved", grace, 117, 1.75, 0},
	}
}

// guardedSeeds are in areas that not everybody may read or write.
func guardedSeeds() []seed {
	return []seed{
		{132, "Payments", "Task", "Rotate the keys of the card vault", "Active", grace, 101, 2.5, 1.5},
		{133, "Payments", "Task", "Prove that settled amounts match the ledger", "Active", ada, 101, 4, 6},
	}
}

func roboticsSeeds() []seed {
	return []seed{
		{201, "Robotics", "Epic", "The arm picks any box from a mixed pallet", "Active", frances, 0, 0, 0},
		{202, "Robotics", "Feature", "Detect boxes with torn labels", "Active", barbara, 201, 0, 0},
		{203, "Robotics", "User Story", "As an operator I see which box comes next", "Active", edsger, 202, 0, 0},
		{204, "Robotics", "Task", "Calibrate the depth camera at start-up", "Active", edsger, 203, 6.5, 3},
		{205, "Robotics", "Task", "Draw the next box into the live picture", "New", kimHome, 203, 0, 5},
		{206, "Robotics", "Bug", "Gripper closes before the box is reached", "Active", barbara, 201, 4, 2},
		{207, "Robotics", "Issue", "The second test cell arrives two weeks late", "Active", frances, 0, 0, 0},
		{208, "Robotics", "Test Case", "Emergency stop while the arm is moving", "Ready", barbara, 201, 0, 0},
	}
}
