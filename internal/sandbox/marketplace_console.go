package sandbox

import (
	_ "embed"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// consolePrefix is the path of what the console page and programs steer the Marketplace by.
const consolePrefix = controlPrefix + "marketplace/"

//go:embed marketplace.html
var consoleHTML []byte

//go:embed marketplace.css
var consoleCSS []byte

//go:embed marketplace.js
var consoleJS []byte

func (m *Marketplace) consoleRoutes() {
	m.mux.HandleFunc("GET /{$}", serveConsole)
	m.mux.HandleFunc("GET "+controlPrefix+"page.css", serveContent("text/css; charset=utf-8", pageCSS))
	m.mux.HandleFunc("GET "+consolePrefix+"console.css", serveContent("text/css; charset=utf-8", consoleCSS))
	m.mux.HandleFunc("GET "+consolePrefix+"console.js", serveContent("text/javascript; charset=utf-8", consoleJS))
	m.mux.HandleFunc("POST "+controlPrefix+"faults", sameOriginOnly(m.serveFaults))
	m.mux.HandleFunc("GET "+consolePrefix+"state", m.serveState)
	m.mux.HandleFunc("PATCH "+consolePrefix+"settings", sameOriginOnly(m.serveSettings))
	m.mux.HandleFunc("POST "+consolePrefix+"purchases", sameOriginOnly(m.servePurchase))
	m.mux.HandleFunc("GET "+consolePrefix+"subscriptions/{id}/landing", m.serveLanding)
	m.mux.HandleFunc("POST "+consolePrefix+"subscriptions/{id}/{command}", sameOriginOnly(m.serveCommand))
	m.mux.HandleFunc("POST "+consolePrefix+"webhooks/{number}/again", sameOriginOnly(m.serveAgain))
}

func serveContent(contentType string, content []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(content)
	}
}

func serveConsole(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; "+
		"connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	serveContent("text/html; charset=utf-8", consoleHTML)(w, r)
}

// writeConsoleError answers a request of the console that can't be fulfilled.
func writeConsoleError(w http.ResponseWriter, err error) {
	status := http.StatusBadRequest
	var apiErr *apiError
	if errors.As(err, &apiErr) {
		status = apiErr.status
	}
	writeProblem(w, status, strings.TrimPrefix(err.Error(), errorPrefix))
}

type consolePerson struct {
	UPN       string `json:"upn"`
	Name      string `json:"name"`
	Directory string `json:"directory"` // its name
	// Subscribed tells that the directory has a subscription in force, beside which it can use no other one.
	Subscribed bool `json:"subscribed"`
}

type consoleState struct {
	APIURL        string                `json:"api_url"`
	LandingURL    string                `json:"landing_url"`
	WebhookURL    string                `json:"webhook_url"`
	Offers        []marketplaceOffer    `json:"offers"`
	Terms         []marketplaceTerm     `json:"terms"`
	People        []consolePerson       `json:"people"`
	Subscriptions []consoleSubscription `json:"subscriptions"` // newest first
	Webhooks      []webhookCall         `json:"webhooks"`      // newest first
	Usage         []usageEvent          `json:"usage"`
	Settings      MarketplaceSettings   `json:"settings"`
	Faults        map[string]faultMode  `json:"faults"`
}

type consoleSubscription struct {
	MarketplaceSubscription
	CSP     bool   `json:"csp"`
	Pending string `json:"pending"` // the action of the operation in progress
	TermEnd string `json:"term_end"`
}

func (m *Marketplace) serveState(w http.ResponseWriter, _ *http.Request) {
	state := consoleState{
		APIURL:     strings.TrimSuffix(m.config.BaseURL, "/") + "/api",
		LandingURL: m.config.LandingURL, WebhookURL: m.config.WebhookURL,
		Offers: marketplaceOffers(), Terms: marketplaceTerms(),
		Subscriptions: []consoleSubscription{}, Webhooks: []webhookCall{}, Usage: []usageEvent{},
		Faults: map[string]faultMode{FulfillmentService: faultOff, MeteringService: faultOff},
	}
	err := m.do(func() error {
		state.People = m.consolePeople()
		for _, s := range slices.Backward(m.state.Subscriptions) {
			state.Subscriptions = append(state.Subscriptions, m.consoleSubscription(s))
		}
		for _, call := range slices.Backward(m.state.Webhooks) {
			copied := *call
			copied.Answers = slices.Clone(call.Answers)
			state.Webhooks = append(state.Webhooks, copied)
		}
		state.Usage = append(state.Usage, m.state.Usage...)
		state.Settings = m.settings
		for service, fault := range m.faults {
			state.Faults[service] = fault
		}
		return nil
	})
	if err != nil {
		writeConsoleError(w, err)
		return
	}
	writeJSON(w, http.StatusOK, state)
}

func (m *Marketplace) consoleSubscription(s *MarketplaceSubscription) consoleSubscription {
	_, last := s.Term()
	shown := consoleSubscription{MarketplaceSubscription: *s, CSP: s.csp(), TermEnd: last.Format("2006-01-02")}
	shown.PlanIDs = slices.Clone(s.PlanIDs)
	shown.TermUnit = s.term().Unit
	for _, op := range m.state.Operations {
		if op.SubscriptionID == s.ID && op.pending() {
			shown.Pending = op.Action
		}
	}
	return shown
}

func (m *Marketplace) consolePeople() []consolePerson {
	entra := m.config.Entra
	subscribed := make(map[string]bool) // by the directory's id
	for _, s := range m.state.Subscriptions {
		if s.inForce() {
			subscribed[s.Beneficiary.DirectoryID] = true
		}
	}
	people := []consolePerson{}
	for _, directory := range entra.directories {
		for _, person := range entra.people {
			if person.DirectoryID == directory.ID && !person.Guest() {
				people = append(people, consolePerson{
					UPN: person.UserPrincipalName, Name: person.Name, Directory: directory.Name,
					Subscribed: subscribed[directory.ID],
				})
			}
		}
	}
	return people
}

func (m *Marketplace) serveSettings(w http.ResponseWriter, r *http.Request) {
	var body json.RawMessage
	if err := readJSON(w, r, &body); err != nil {
		writeProblem(w, http.StatusBadRequest, "the body must be a JSON object of settings")
		return
	}
	var decodeErr error
	err := m.Configure(func(settings *MarketplaceSettings) {
		decoder := json.NewDecoder(strings.NewReader(string(body)))
		decoder.DisallowUnknownFields()
		changed := *settings
		if decodeErr = decoder.Decode(&changed); decodeErr == nil {
			*settings = changed
		}
	})
	switch {
	case decodeErr != nil:
		writeProblem(w, http.StatusBadRequest, "the body must be a JSON object of settings")
	case err != nil:
		writeConsoleError(w, err)
	default:
		writeJSON(w, http.StatusOK, m.Settings())
	}
}

func (m *Marketplace) servePurchase(w http.ResponseWriter, r *http.Request) {
	var purchase Purchase
	if err := readJSON(w, r, &purchase); err != nil {
		writeProblem(w, http.StatusBadRequest, "the body must be a JSON object that describes a purchase")
		return
	}
	id, err := m.Buy(purchase)
	if err != nil {
		writeConsoleError(w, err)
		return
	}
	writeJSON(w, http.StatusCreated, map[string]string{"id": id})
}

// serveLanding leads to the landing page, so that the page with the link need not hold a token.
func (m *Marketplace) serveLanding(w http.ResponseWriter, r *http.Request) {
	address, err := m.LandingURL(r.PathValue("id"))
	if err != nil {
		writeConsoleError(w, err)
		return
	}
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.Redirect(w, r, address, http.StatusFound)
}

// serveCommand does what a customer or Microsoft does to a subscription.
func (m *Marketplace) serveCommand(w http.ResponseWriter, r *http.Request) {
	var body struct {
		PlanID      string `json:"plan_id"`
		Quantity    int    `json:"quantity"`
		Purchaser   string `json:"purchaser"`
		Beneficiary string `json:"beneficiary"`
		Action      string `json:"action"`
		On          bool   `json:"on"`
	}
	if err := readJSON(w, r, &body); err != nil {
		writeProblem(w, http.StatusBadRequest, "the body must be a JSON object with what the command needs")
		return
	}
	id := r.PathValue("id")
	var err error
	switch r.PathValue("command") {
	case "change-plan":
		_, err = m.ChangePlan(id, body.PlanID)
	case "change-quantity":
		_, err = m.ChangeQuantity(id, body.Quantity)
	case "suspend":
		err = m.Suspend(id)
	case "reinstate":
		_, err = m.Reinstate(id)
	case "renew":
		err = m.Renew(id)
	case "renewal":
		err = m.SetRenewal(id, body.On)
	case "end-term":
		err = m.EndTerm(id)
	case "lapse":
		err = m.Lapse(id)
	case "cancel":
		err = m.Cancel(id)
	case "transfer":
		err = m.Transfer(id, body.Purchaser, body.Beneficiary)
	case "notify":
		err = m.Notify(id, body.Action)
	default:
		writeProblem(w, http.StatusNotFound, "there is no such command")
		return
	}
	if err != nil {
		writeConsoleError(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (m *Marketplace) serveAgain(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		writeProblem(w, http.StatusNotFound, "there is no such webhook")
		return
	}
	if err := m.SendAgain(number); err != nil {
		writeConsoleError(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
