package alert

import "slices"

// Kind is a sort of alert. Its value labels the metric timetracker_alerts_total.
type Kind string

// The kinds. A new one gets its sentence in sentences and its row in docs/alerts.md.
const (
	CredentialsRefused       Kind = "credentials_refused"
	APICredentialRefused     Kind = "api_credential_refused" //nolint:gosec // a name, and no credential
	ClockWrong               Kind = "clock_wrong"
	ClockUnread              Kind = "clock_unread"
	WebhookMisdirected       Kind = "webhook_misdirected"
	WebhookFlooded           Kind = "webhook_flooded"
	EventUnhandled           Kind = "event_unhandled"
	ActionUnknown            Kind = "action_unknown"
	StatusUnknown            Kind = "status_unknown"
	PlanUnknown              Kind = "plan_unknown"
	SeatsUnknown             Kind = "seats_unknown"
	OfferForeign             Kind = "offer_foreign"
	SubscriptionUnassigned   Kind = "subscription_unassigned"
	ActivationRefused        Kind = "activation_refused"
	ActivationSlow           Kind = "activation_slow"
	SubscriptionChangedHands Kind = "subscription_changed_hands"
	OperationMismatch        Kind = "operation_mismatch"
	SubscriptionNotListed    Kind = "subscription_not_listed"
	SubscriptionUnreadable   Kind = "subscription_unreadable"
	SubscriptionListCut      Kind = "subscription_list_cut"
	RefusalIgnored           Kind = "refusal_ignored"
	AcknowledgementFailed    Kind = "acknowledgement_failed"
	UsageNotReported         Kind = "usage_not_reported"
	UsageNearlyTooOld        Kind = "usage_nearly_too_old"
	UsageNotAccepted         Kind = "usage_not_accepted"
	UsageUncertain           Kind = "usage_uncertain"
	UsageCarried             Kind = "usage_carried"
	UsageGivenUp             Kind = "usage_given_up"
	UsageLostAtEnd           Kind = "usage_lost_at_end"
	UsageExceedsReport       Kind = "usage_exceeds_report"
	UsageDiffers             Kind = "usage_differs"
	CharactersNotPrinted     Kind = "characters_not_printed"
	PrivacyDue               Kind = "privacy_due"
	PrivacyOverdue           Kind = "privacy_overdue"
)

// sentences say in the log what each kind is about.
var sentences = map[Kind]string{
	CredentialsRefused:       "Microsoft refuses our credentials",
	APICredentialRefused:     "Microsoft Entra refuses the API's credential",
	ClockWrong:               "this server's clock differs from others",
	ClockUnread:              "this server's clock can't be compared with others for an hour",
	WebhookMisdirected:       "the Marketplace calls the webhook for another directory or app than ours",
	WebhookFlooded:           "the webhook has refused 100 calls within ten minutes",
	EventUnhandled:           "an event of the webhook can't be handled for ten minutes",
	ActionUnknown:            "unknown action",
	StatusUnknown:            "a subscription has a status that we do not know",
	PlanUnknown:              "a subscription has a plan that we do not know",
	SeatsUnknown:             "Microsoft does not tell how many seats a subscription has",
	OfferForeign:             "a subscription is of an offer that is not ours",
	SubscriptionUnassigned:   "a subscription in force can't be given to its directory's tenant",
	ActivationRefused:        "Microsoft refuses to activate a subscription",
	ActivationSlow:           "Microsoft has not activated a subscription for an hour",
	SubscriptionChangedHands: "a subscription has changed hands; it stays with its tenant",
	OperationMismatch:        "a webhook names an operation that is another one",
	SubscriptionNotListed:    "Microsoft does not list a subscription",
	SubscriptionUnreadable:   "a subscription of Microsoft's list can't be understood",
	SubscriptionListCut:      "Microsoft's list of subscriptions can't be read to its end",
	RefusalIgnored:           "a refused change was carried out all the same",
	AcknowledgementFailed:    "an accepted change can't be acknowledged",
	UsageNotReported:         "usage was not reported before a change",
	UsageNearlyTooOld:        "usage is about to be too old to be reported",
	UsageNotAccepted:         "usage was not accepted",
	UsageUncertain:           "it is not known whether Microsoft has taken usage",
	UsageCarried:             "usage came too late for its hour and is reported for another one",
	UsageGivenUp:             "usage can't be billed: Microsoft takes it for no hour",
	UsageLostAtEnd:           "usage can't be billed: the subscription has ended",
	UsageExceedsReport:       "Microsoft has more usage than was reported",
	UsageDiffers:             "Microsoft's usage of a day differs from ours",
	CharactersNotPrinted:     "a document shows codes in the place of characters",
	PrivacyDue:               "a request of somebody about their data waits for the operator and is due soon",
	PrivacyOverdue:           "requests of people about their data are overdue",
}

// Kinds lists all kinds in alphabetical order.
func Kinds() []Kind {
	kinds := make([]Kind, 0, len(sentences))
	for kind := range sentences {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}

// Alert is something that operators must look at.
type Alert struct {
	Kind           Kind
	SubscriptionID string // empty: no subscription is concerned
	OperationID    string // empty: no operation is concerned
	Reason         string // another system's reason; empty: it gave none
	Err            error  // for the log; nil: there is none
}

// What says in one sentence what has happened.
func (a Alert) What() string {
	if a.Reason == "" {
		return sentences[a.Kind]
	}
	return sentences[a.Kind] + ": " + a.Reason
}
