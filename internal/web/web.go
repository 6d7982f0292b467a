package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strings"

	"timetracker/api"
)

// Config is what the pages need before anybody has signed in.
type Config struct {
	PublicURL string   // origin under which browsers reach the pages
	Authority *url.URL // origin of the Entra authority
	// BrowserAuthority is the origin at which pages that have no host sign in, where it isn't Authority. Microsoft's
	// libraries refuse an authority of plain http, which is all that a browser trusts on a machine of its own.
	BrowserAuthority string
	SPAClientID      string
	Scope            string   // the API's scope, such as api://<id>/Time.ReadWrite
	Ancestors        []string // origins that may embed the pages

	Plans    []api.MarketplacePlan // what is sold
	Seller   api.Seller
	PlansURL string // where a plan is bought
	// TermsURL and PrivacyURL are the seller's pages. Empty: those of the product.
	TermsURL, PrivacyURL string
}

// landingPage is opened by the Azure Marketplace with a token in its address.
const landingPage = "marketplace.html"

// New serves the built extension below /ext/, its configuration at /ext/config.json, and the landing page at
// /marketplace. The Azure Marketplace sends people there. Nobody may embed that page. It does not redirect, since that
// would pass the landing page's token on.
//
// redirect.html and relay.html take part in a sign-in that spans windows, so no page gets a Cross-Origin-Opener-Policy.
//
// A page is asked for again at each visit and sent only when it has changed. The names of assets carry a hash of the
// content, so that they never change. The landing page's address holds a token, so no cache may keep it.
func New(files fs.FS, c Config) (http.Handler, error) {
	pages, err := readFiles(files)
	if err != nil {
		return nil, err
	}
	landing := pages[landingPage]
	delete(pages, landingPage) // it has one address
	pages["config.json"] = newFile("config.json", c.settings())
	policy := c.policy()
	embedded, alone := policy+"'self' "+strings.Join(c.Ancestors, " "), policy+"'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", embedded)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		// Azure DevOps shows the icons in its menus. Nothing here is a secret.
		header.Set("Cross-Origin-Resource-Policy", "cross-origin")
		name := strings.TrimPrefix(r.URL.Path, "/ext/")
		page := pages[name]
		switch {
		case r.URL.Path == "/marketplace":
			header.Set("Content-Security-Policy", alone)
			header.Set("Cross-Origin-Resource-Policy", "same-origin")
			header.Set("Cache-Control", "no-store")
			page = landing
		case strings.HasPrefix(name, "assets/") && page != nil:
			header.Set("Cache-Control", "public, max-age=31536000, immutable")
		default:
			header.Set("Cache-Control", "no-cache")
		}
		if page == nil {
			header.Set("Cache-Control", "no-store")
			http.NotFound(w, r)
			return
		}
		page.ServeHTTP(w, r)
	}), nil
}

// authority is the origin at which people sign in.
func (c Config) authority() string { return c.Authority.Scheme + "://" + c.Authority.Host }

// settings is config.json.
func (c Config) settings() []byte {
	settings := map[string]any{
		"authority":         c.authority() + "/organizations",
		"known_authorities": []string{c.Authority.Host},
		"spa_client_id":     c.SPAClientID,
		"scope":             c.Scope,
		"redirect_uri":      c.PublicURL + "/ext/redirect.html",
		"api_base":          api.Prefix,
		"plans":             c.Plans,
		"seller":            c.Seller,
		"plans_url":         c.PlansURL,
		"terms_url":         cmp.Or(c.TermsURL, c.PublicURL+"/ext/legal.html#terms"),
		"privacy_url":       cmp.Or(c.PrivacyURL, c.PublicURL+"/ext/legal.html#privacy"),
	}
	if c.BrowserAuthority != "" {
		settings["authority_metadata"] = c.browserMetadata()
	}
	encoded, err := json.Marshal(settings)
	if err != nil {
		panic(fmt.Sprintf("strings don't marshal: %v", err))
	}
	return encoded
}

// browserMetadata tells MSAL the addresses that it would else ask the authority for: see "Provider metadata" in OpenID
// Connect Discovery 1.0.
func (c Config) browserMetadata() map[string]string {
	root := c.BrowserAuthority + "/organizations"
	return map[string]string{
		"issuer":                 c.authority() + "/{tenantid}/v2.0",
		"authorization_endpoint": root + "/oauth2/v2.0/authorize",
		"token_endpoint":         root + "/oauth2/v2.0/token",
		"end_session_endpoint":   root + "/oauth2/v2.0/logout",
		"jwks_uri":               root + "/discovery/v2.0/keys",
	}
}

// policy is the Content-Security-Policy up to the origins that may embed a page.
func (c Config) policy() string {
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self' 'unsafe-inline'", // Azure DevOps passes its theme as a style element
		"img-src 'self' data:",
		strings.TrimSpace("connect-src 'self' " + c.authority() + " " + c.BrowserAuthority),
		"frame-src " + c.authority(), // silent renewal happens in a frame
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors ",
	}, "; ")
}
