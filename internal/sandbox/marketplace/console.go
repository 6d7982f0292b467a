package marketplace

import (
	_ "embed"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"timetracker/internal/sandbox/standin"
)

// consolePrefix is the path of the endpoints by which the console page and programs steer the Marketplace.
const consolePrefix = standin.ControlPrefix + "marketplace/"

//go:embed console.html
var consoleHTML []byte

//go:embed console.css
var consoleCSS []byte

//go:embed console.js
var consoleJS []byte

func (m *Server) consoleRoutes() {
	m.mux.HandleFunc("GET /{$}", serveConsole)
	m.mux.HandleFunc("GET "+standin.ControlPrefix+"page.css", standin.ServePageStyle)
	m.mux.HandleFunc("GET "+consolePrefix+"console.css", standin.ServeContent("text/css; charset=utf-8", consoleCSS))
	m.mux.HandleFunc("GET "+consolePrefix+"console.js", standin.ServeContent("text/javascript; charset=utf-8", consoleJS))
	m.faults.Register(m.mux)
	m.mux.HandleFunc("GET "+consolePrefix+"state", m.serveState)
	m.mux.HandleFunc("PATCH "+consolePrefix+"settings", standin.SameOriginOnly(m.serveSettings))
	m.mux.HandleFunc("POST "+consolePrefix+"purchases", standin.SameOriginOnly(m.servePurchase))
	m.mux.HandleFunc("GET "+consolePrefix+"subscriptions/{id}/landing", m.serveLanding)
	m.mux.HandleFunc("POST "+consolePrefix+"subscriptions/{id}/{command}", standin.SameOriginOnly(m.serveCommand))
	m.mux.HandleFunc("POST "+consolePrefix+"webhooks/{number}/again", standin.SameOriginOnly(m.serveAgain))
}

func serveConsole(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; "+
		"connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	standin.ServeContent("text/html; charset=utf-8", consoleHTML)(w, r)
}

// writeConsoleError answers a request of the console that can't be fulfilled.
func writeConsoleError(w http.ResponseWriter, err error) {
	status := http.StatusBadRequest
	var apiErr *apiError
	if errors.As(err, &apiErr) {
		status = apiErr.status
	}
	standin.WriteProblem(w, status, strings.TrimPrefix(err.Error(), standin.ErrorPrefix))
}

type consolePerson struct {
	UPN       string `json:"upn"`
	Name      string `json:"name"`
	Directory string `json:"directory"` // its name
	// Subscribed tells whether the directory has a subscription in force, beside which it can use no other.
	Subscribed bool `json:"subscribed"`
}

type consoleState struct {
	APIURL        string                   `json:"api_url"`
	LandingURL    string                   `json:"landing_url"`
	WebhookURL    string                   `json:"webhook_url"`
	Offers        []publishedOffer         `json:"offers"`
	Terms         []soldTerm               `json:"terms"`
	People        []consolePerson          `json:"people"`
	Subscriptions []consoleSubscription    `json:"subscriptions"` // newest first
	Webhooks      []webhookCall            `json:"webhooks"`      // newest first
	Usage         []usageEvent             `json:"usage"`
	Settings      Settings                 `json:"settings"`
	Faults        map[string]standin.Fault `json:"faults"`
}

type consoleSubscription struct {
	Subscription
	CSP     bool   `json:"csp"`
	Pending string `json:"pending"` // the action of the operation in progress
	TermEnd string `json:"term_end"`
}

func (m *Server) serveState(w http.ResponseWriter, _ *http.Request) {
	state := consoleState{
		APIURL:     strings.TrimSuffix(m.config.BaseURL, "/") + "/api",
		LandingURL: m.config.LandingURL, WebhookURL: m.config.WebhookURL,
		Offers: publishedOffers(), Terms: soldTerms(),
		Subscriptions: []consoleSubscription{}, Webhooks: []webhookCall{}, Usage: []usageEvent{},
		Faults: m.faults.All(),
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
		return nil
	})
	if err != nil {
		writeConsoleError(w, err)
		return
	}
	standin.WriteJSON(w, http.StatusOK, state)
}

func (m *Server) consoleSubscription(s *Subscription) consoleSubscription {
	_, last := s.Term()
	shown := consoleSubscription{Subscription: *s, CSP: s.csp(), TermEnd: last.Format("2006-01-02")}
	shown.PlanIDs = slices.Clone(s.PlanIDs)
	shown.TermUnit = s.term().Unit
	for _, op := range m.state.Operations {
		if op.SubscriptionID == s.ID && op.pending() {
			shown.Pending = op.Action
		}
	}
	return shown
}

func (m *Server) consolePeople() []consolePerson {
	subscribed := make(map[string]bool) // by the directory's id
	for _, s := range m.state.Subscriptions {
		if s.inForce() {
			subscribed[s.Beneficiary.DirectoryID] = true
		}
	}
	people := []consolePerson{}
	for _, directory := range m.config.Entra.Directories() {
		for _, person := range m.config.Entra.People() {
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

func (m *Server) serveSettings(w http.ResponseWriter, r *http.Request) {
	var body json.RawMessage
	if err := standin.ReadJSON(w, r, &body); err != nil {
		standin.WriteProblem(w, http.StatusBadRequest, "the body must be a JSON object of settings")
		return
	}
	var decodeErr error
	err := m.Configure(func(settings *Settings) {
		decoder := json.NewDecoder(strings.NewReader(string(body)))
		decoder.DisallowUnknownFields()
		changed := *settings
		if decodeErr = decoder.Decode(&changed); decodeErr == nil {
			*settings = changed
		}
	})
	switch {
	case decodeErr != nil:
		standin.WriteProblem(w, http.StatusBadRequest, "the body must be a JSON object of settings")
	case err != nil:
		writeConsoleError(w, err)
	default:
		standin.WriteJSON(w, http.StatusOK, m.Settings())
	}
}

func (m *Server) servePurchase(w http.ResponseWriter, r *http.Request) {
	var purchase Purchase
	if err := standin.ReadJSON(w, r, &purchase); err != nil {
		standin.WriteProblem(w, http.StatusBadRequest, "the body must be a JSON object that describes a purchase")
		return
	}
	id, err := m.Buy(purchase)
	if err != nil {
		writeConsoleError(w, err)
		return
	}
	standin.WriteJSON(w, http.StatusCreated, map[string]string{"id": id})
}

// serveLanding redirects to the landing page, so that the console need not hold a token.
func (m *Server) serveLanding(w http.ResponseWriter, r *http.Request) {
	address, err := m.LandingURL(r.PathValue("id"))
	if err != nil {
		writeConsoleError(w, err)
		return
	}
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.Redirect(w, r, address, http.StatusFound)
}

// serveCommand does what a customer or Microsoft does to a subscription.
func (m *Server) serveCommand(w http.ResponseWriter, r *http.Request) {
	var body struct {
		PlanID      string `json:"plan_id"`
		Quantity    int    `json:"quantity"`
		Purchaser   string `json:"purchaser"`
		Beneficiary string `json:"beneficiary"`
		Action      string `json:"action"`
		On          bool   `json:"on"`
	}
	if err := standin.ReadJSON(w, r, &body); err != nil {
		standin.WriteProblem(w, http.StatusBadRequest, "the body must be a JSON object with what the command needs")
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
		standin.WriteProblem(w, http.StatusNotFound, "there is no such command")
		return
	}
	if err != nil {
		writeConsoleError(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (m *Server) serveAgain(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		standin.WriteProblem(w, http.StatusNotFound, "there is no such webhook")
		return
	}
	if err := m.SendAgain(number); err != nil {
		writeConsoleError(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
