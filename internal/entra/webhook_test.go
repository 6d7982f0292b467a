package entra

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"timetracker/internal/errs"
)

// wrongMarketplaceApp is published in a sample repository as the Marketplace's app.
const wrongMarketplaceApp = "20e940b3-4c07-4bc1-a733-45f7c7a3d0e3"

// webhookSetup is a verifier of webhook calls in front of the directory of a publisher, which is contoso; apiID is its
// app.
type webhookSetup struct {
	setup
	webhook *WebhookVerifier
}

func newWebhookSetup(t testing.TB) *webhookSetup {
	t.Helper()
	s := &webhookSetup{setup: setup{clock: newClock(), directory: newDirectory(t), log: &lockedBuffer{}}}
	s.directory.publishMetadata(map[string]any{
		"issuer":   s.directory.issuer(contoso),
		"jwks_uri": s.directory.URL + "/" + contoso + "/discovery/v2.0/keys",
	})
	client := s.directory.Client()
	client.Transport = confined{client.Transport, s.directory.URL + "/" + contoso + "/", t}
	verifier, err := NewWebhookVerifier(WebhookConfig{
		Authority: s.directory.URL, DirectoryID: contoso, ClientID: apiID, HTTPClient: client, Now: s.Now,
		Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.webhook = verifier
	return s
}

func v1Issuer(directory string) string { return "https://sts.windows.net/" + directory + "/" }

// v1 and v2 make the Marketplace's tokens, with changes.
func (s *webhookSetup) v1(changes ...func(*draft)) string {
	return s.call(map[string]any{
		"ver": "1.0", "iss": v1Issuer(contoso), "appid": marketplaceApp, "appidacr": "2", "idp": v1Issuer(contoso),
		"nbf": s.Now().Unix() - 300,
	}, changes)
}

func (s *webhookSetup) v2(changes ...func(*draft)) string {
	return s.call(map[string]any{
		"ver": "2.0", "iss": s.directory.issuer(contoso), "azp": marketplaceApp, "azpacr": "2",
	}, changes)
}

func (s *webhookSetup) call(claims map[string]any, changes []func(*draft)) string {
	base := func(d *draft) {
		seconds := s.Now().Unix()
		d.claims = map[string]any{
			"aud": apiID, "tid": contoso, "oid": ada, "sub": ada, "rh": "1.x", "aio": "x", "uti": "x",
			"iat": seconds - 300, "exp": seconds + 3600,
		}
		override(d.claims, claims)
	}
	return s.token(append([]func(*draft){base}, changes...)...)
}

func TestWebhookVerifyAccepts(t *testing.T) {
	s := newWebhookSetup(t)
	s.directory.publish(
		s.directory.jwk("main", &rsaKeys().main.PublicKey),
		s.directory.jwk("ours", &rsaKeys().other.PublicKey, map[string]any{"issuer": s.directory.issuer(contoso)}),
	)
	seconds := s.Now().Unix()
	tests := map[string]string{
		"version 1": s.v1(),
		// A handler that knew only the issuer of version 1, or only appid, answered 401 to every call of these.
		"version 2, whose issuer is another":              s.v2(),
		"version 2, whose caller is azp, without nbf":     s.v2(claim("nbf", nil), claim("appid", nil)),
		"version 2 with nbf":                              s.v2(claim("nbf", seconds-300)),
		"version 1 without nbf":                           s.v1(claim("nbf", nil)),
		"version 1, by a key of the directory alone":      s.v1(signedBy("ours", rsaKeys().other)),
		"version 2, by a key of the directory alone":      s.v2(signedBy("ours", rsaKeys().other)),
		"exp within the skew":                             s.v2(claim("exp", seconds-119)),
		"iat within the skew, without nbf":                s.v2(claim("iat", seconds+120)),
		"nbf within the skew":                             s.v2(claim("nbf", seconds+120)),
		"for a day, as for managed identities":            s.v2(claim("exp", seconds+24*3600)),
		"claims that nobody has heard of":                 s.v2(claim("xms_new", map[string]any{"a": 1})),
		"shadow of another case":                          s.v2(claim("TID", fabrikam), claim("APPID", fabrikam)),
		"harmless header":                                 s.v1(head("x5t", "abc")),
		"app-only by its roles":                           s.v2(claim("roles", []string{"x"}), claim("idtyp", "app")),
		"version 1 with the same caller's object":         s.v1(claim("oid", fabrikam), claim("sub", fabrikam)),
		"version 2 as the documentation's claims have it": s.v2(claim("azpacr", "1")),
	}
	for name, token := range tests {
		t.Run(name, func(t *testing.T) {
			if err := s.webhook.Verify(t.Context(), token); err != nil {
				t.Error(err)
			}
		})
	}
	wantFetches(t, &s.setup, 1)
}

func TestWebhookVerifyRefuses(t *testing.T) {
	s := newWebhookSetup(t)
	keys := rsaKeys()
	publishOddKeys(s.directory, ecKey())
	seconds := s.Now().Unix()
	unsigned := func(d *draft) { d.sign = func([]byte) []byte { return nil } }
	stranger := signedBy("main", keys.stranger)
	good := s.v2()
	parts := strings.Split(good, ".")
	tests := []struct {
		name  string
		token string
	}{
		// These concern the form, the signature and the key. TestVerifyRefuses tries everything that all tokens have in
		// common.
		{"empty", ""},
		{"with its scheme", "Bearer " + good},
		{"over 16 KiB", s.v2(claim("x", strings.Repeat("x", 16<<10)))},
		{"claims that were never signed", parts[0] + "." + parts[1] + "." + encode([]byte("signature"))},
		{"signature of another token", parts[0] + "." + parts[1] + "." + strings.Split(s.v1(), ".")[2]},
		{"version 1 signed by a stranger", s.v1(stranger)},
		{"version 2 signed by a stranger", s.v2(stranger)},
		{"alg none", s.v2(head("alg", "none"), unsigned)},
		{"alg none with a signature", s.v2(head("alg", "none"))},
		{"alg HS256", s.v2(head("alg", "HS256"))},
		{"alg RS512", s.v2(head("alg", "RS512"))},
		{"kid missing", s.v1(head("kid", nil))},
		{"jku", s.v1(head("jku", "https://evil.example/keys"), stranger)},
		{"crit", s.v2(head("crit", []string{"exp"}))},
		{"typ at+jwt", s.v2(head("typ", "at+jwt"))},
		{"claims an array", s.v2(func(d *draft) { d.claimsText = "[]" })},
		{"version 1 by a key of personal accounts", s.v1(signedBy("personal", keys.other))},
		{"version 2 by a key of personal accounts", s.v2(signedBy("personal", keys.other))},
		{"version 1 by a key of another authority", s.v1(signedBy("elsewhere", keys.other))},
		{"version 2 by a key of another authority", s.v2(signedBy("elsewhere", keys.other))},

		// These concern the version, and the claims that depend on it.
		{"ver missing", s.v2(claim("ver", nil))},
		{"ver 1", s.v1(claim("ver", "1"))},
		{"ver a number", s.v1(claim("ver", 1.0))},
		{"ver 3.0", s.v2(claim("ver", "3.0"))},
		{"ver 1.0 on version 2", s.v2(claim("ver", "1.0"))},
		{"ver 2.0 on version 1", s.v1(claim("ver", "2.0"))},
		{"version 1 with the issuer of version 2", s.v1(claim("iss", s.directory.issuer(contoso)))},
		{"version 2 with the issuer of version 1", s.v2(claim("iss", v1Issuer(contoso)))},
		{"version 1 with azp", s.v1(claim("appid", nil), claim("azp", marketplaceApp))},
		{"version 2 with appid", s.v2(claim("azp", nil), claim("appid", marketplaceApp))},
		{"version 1 with both callers", s.v1(claim("azp", marketplaceApp))},
		{"version 2 with both callers", s.v2(claim("appid", marketplaceApp))},
		{"version 1 with another azp", s.v1(claim("azp", spaID))},
		{"version 2 with another appid", s.v2(claim("appid", spaID))},

		// These concern the issuer.
		{"iss missing", s.v2(claim("iss", nil))},
		{"iss of version 1 without a slash", s.v1(claim("iss", strings.TrimSuffix(v1Issuer(contoso), "/")))},
		{"iss of version 1 over http", s.v1(claim("iss", "http://sts.windows.net/"+contoso+"/"))},
		{"iss of version 1 of another directory", s.v1(claim("iss", v1Issuer(fabrikam)))},
		{"iss of version 1 at our authority", s.v1(claim("iss", s.directory.URL+"/"+contoso+"/"))},
		{"iss of version 2 with a slash", s.v2(claim("iss", s.directory.issuer(contoso)+"/"))},
		{"iss of version 2 of another directory", s.v2(claim("iss", s.directory.issuer(fabrikam)))},
		{"iss of version 2 at another authority",
			s.v2(claim("iss", "https://login.microsoftonline.com/"+contoso+"/v2.0"))},
		{"iss the template", s.v2(claim("iss", s.directory.issuer("{tenantid}")))},
		{"iss twice", s.v2(extraClaims(`"iss":"https://login.evil.example/"`))},
		{"version 1 of another directory", s.v1(claim("tid", fabrikam), claim("iss", v1Issuer(fabrikam)))},
		{"version 2 of another directory", s.v2(claim("tid", fabrikam), claim("iss", s.directory.issuer(fabrikam)))},
		{"tid of another directory", s.v1(claim("tid", fabrikam))},
		{"tid missing", s.v2(claim("tid", nil))},
		{"tid in upper case", s.v2(claim("tid", strings.ToUpper(contoso)))},
		{"tid twice", s.v2(extraClaims(`"tid":"` + fabrikam + `"`))},

		// These concern the audience.
		{"aud missing", s.v2(claim("aud", nil))},
		{"aud another app", s.v2(claim("aud", spaID))},
		{"aud the Marketplace", s.v2(claim("aud", marketplaceApp))},
		{"aud as URI", s.v1(claim("aud", "api://"+apiID))},
		{"aud a list of us", s.v2(claim("aud", []string{apiID}))},
		{"aud a list with us", s.v2(claim("aud", []string{spaID, apiID}))},
		{"aud in upper case", s.v2(claim("aud", strings.ToUpper(apiID)))},
		{"aud twice", s.v2(extraClaims(`"aud":"` + spaID + `"`))},

		// These concern the caller.
		{"version 1 of another app of ours", s.v1(claim("appid", spaID))},
		{"version 2 of another app of ours", s.v2(claim("azp", spaID))},
		{"version 1 of the wrong id of a sample", s.v1(claim("appid", wrongMarketplaceApp))},
		{"version 2 of the wrong id of a sample", s.v2(claim("azp", wrongMarketplaceApp))},
		{"version 1 without a caller", s.v1(claim("appid", nil))},
		{"version 2 without a caller", s.v2(claim("azp", nil))},
		{"caller in upper case", s.v2(claim("azp", strings.ToUpper(marketplaceApp)))},
		{"caller a list", s.v2(claim("azp", []string{marketplaceApp}))},
		{"caller as oid alone", s.v2(claim("azp", nil), claim("oid", marketplaceApp))},
		{"azp twice", s.v2(extraClaims(`"azp":"` + spaID + `"`))},
		{"appid twice, once escaped", s.v1(extraClaims(`"\u0061ppid":"` + spaID + `"`))},
		{"appid in another case", s.v1(claim("appid", nil), claim("AppId", marketplaceApp))},
		{"a person's token for us", s.token(claim("azp", spaID))},

		// These concern the lifetime.
		{"exp missing", s.v2(claim("exp", nil))},
		{"exp zero", s.v2(claim("exp", 0))},
		{"exp text", s.v2(claim("exp", "9999999999"))},
		{"exp a year ahead", s.v2(claim("exp", seconds+365*24*3600))},
		{"exp twice", s.v2(extraClaims(`"exp":1`))},
		{"iat missing", s.v2(claim("iat", nil))},
		{"iat missing with nbf", s.v1(claim("iat", nil))},
		{"iat text", s.v2(claim("iat", "1"))},
		{"exp before nbf", s.v2(claim("nbf", seconds+3601))},
		{"nbf zero", s.v1(claim("nbf", 0))},
		{"nbf text", s.v1(claim("nbf", "1"))},
		{"nbf twice", s.v1(extraClaims(`"nbf":1`))},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := s.webhook.Verify(t.Context(), test.token)
			code := "token_invalid"
			if errs.CodeOf(err) == TokenForAnother {
				code = TokenForAnother // see TestWebhookVerifyForAnother
			}
			wantRefused(t, err, code)
			wantDiscreet(t, &s.setup, test.token, err)
		})
	}
	wantFetches(t, &s.setup, 1)
}

// TestWebhookVerifyForAnother shows that a setting that differs from the offer's is told apart from what strangers send.
func TestWebhookVerifyForAnother(t *testing.T) {
	s := newWebhookSetup(t)
	publishOddKeys(s.directory, ecKey())
	for name, test := range map[string]struct {
		token string
		code  string
	}{
		"version 1, another directory": {s.v1(claim("tid", fabrikam), claim("iss", v1Issuer(fabrikam))), TokenForAnother},
		"version 2, another directory": {s.v2(claim("tid", fabrikam), claim("iss", s.directory.issuer(fabrikam))), TokenForAnother},
		"version 1, another app":       {s.v1(claim("aud", spaID)), TokenForAnother},
		"version 2, another app":       {s.v2(claim("aud", spaID)), TokenForAnother},
		"another app's call":           {s.v2(claim("aud", spaID), claim("azp", spaID)), "token_invalid"},
		"a person's token for another": {s.token(claim("azp", spaID), claim("aud", spaID)), "token_invalid"},
		"nobody's signature":           {s.v2(claim("aud", spaID), signedBy("main", rsaKeys().stranger)), "token_invalid"},
		"as in the other version":      {s.v2(claim("aud", spaID), claim("azp", nil), claim("appid", marketplaceApp)), "token_invalid"},
	} {
		t.Run(name, func(t *testing.T) { wantRefused(t, s.webhook.Verify(t.Context(), test.token), test.code) })
	}
}

func TestWebhookVerifyExpiry(t *testing.T) {
	s := newWebhookSetup(t)
	for _, token := range []string{s.v1(), s.v2()} {
		if err := s.webhook.Verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	v1, v2 := s.v1(), s.v2()
	s.advance(time.Hour + 119*time.Second)
	for _, token := range []string{v1, v2} {
		if err := s.webhook.Verify(t.Context(), token); err != nil {
			t.Error(err)
		}
	}
	s.advance(time.Second)
	for _, token := range []string{v1, v2} {
		wantUntimely(t, s, token)
	}
}

// TestWebhookClockIsWrong: a token that is the Marketplace's but for its time is no refusal of what the customer wants.
func TestWebhookClockIsWrong(t *testing.T) {
	s := newWebhookSetup(t)
	seconds := s.Now().Unix()
	for name, change := range map[string]func(*draft){
		"our clock is behind, without nbf": claim("iat", seconds+121),
		"our clock is behind":              claim("nbf", seconds+121),
		"our clock is ahead":               claim("exp", seconds-120),
		"our clock is a day behind": func(d *draft) {
			claim("iat", seconds+86400)(d)
			claim("exp", seconds+2*86400)(d)
		},
	} {
		t.Run(name, func(t *testing.T) { wantUntimely(t, s, s.v2(change)) })
	}
	// Every other fault comes first.
	wantRefused(t, s.webhook.Verify(t.Context(), s.v2(claim("exp", seconds-120), claim("azp", spaID))), "token_invalid")
	wantRefused(t, s.webhook.Verify(t.Context(), s.v2(claim("exp", seconds-120), signedBy("main", rsaKeys().stranger))), "token_invalid")
}

func wantUntimely(t *testing.T, s *webhookSetup, token string) {
	t.Helper()
	err := s.webhook.Verify(t.Context(), token)
	if !errs.Is(err, errs.Unavailable) || errs.CodeOf(err) != TokenUntimely {
		t.Errorf("got %v", err)
	}
	wantDiscreet(t, &s.setup, token, err)
}

func TestWebhookKeysUnavailable(t *testing.T) {
	template := func(s *webhookSetup, issuer string) {
		s.directory.publishMetadata(map[string]any{
			"issuer": issuer, "jwks_uri": s.directory.URL + "/" + contoso + "/discovery/v2.0/keys",
		})
	}
	tests := map[string]func(s *webhookSetup){
		"the authority is gone": func(s *webhookSetup) { s.directory.Close() },
		"no keys":               func(s *webhookSetup) { s.directory.publish() },
		"503": func(s *webhookSetup) {
			s.directory.answerKeys(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusServiceUnavailable)
				_, _ = io.WriteString(w, upstreamSecret)
			})
		},
		"metadata of another directory": func(s *webhookSetup) { template(s, s.directory.issuer(fabrikam)) },
		"metadata of all directories":   func(s *webhookSetup) { template(s, s.directory.issuer(directoryPlaceholder)) },
	}
	for name, fail := range tests {
		t.Run(name, func(t *testing.T) {
			s := newWebhookSetup(t)
			fail(s)
			for _, token := range []string{s.v1(), s.v2()} {
				wantUnavailable(t, &s.setup, s.webhook.Verify(t.Context(), token))
			}
		})
	}
}

// An unknown key is refused only when the authority has just been asked and doesn't have it. A wrong 401 would refuse
// the change that a customer wants.
func TestWebhookUnknownKeys(t *testing.T) {
	keys := rsaKeys()
	tests := map[string]func(*draft){
		"nobody's":        head("kid", "nobody"),
		"without issuer":  signedBy("no-issuer", keys.other),
		"for encryption":  signedBy("encryption", keys.other),
		"by a new key":    signedBy("next", keys.next),
		"nobody's signed": signedBy("nobody", keys.stranger),
	}
	for name, key := range tests {
		t.Run(name, func(t *testing.T) {
			s := newWebhookSetup(t)
			publishOddKeys(s.directory, ecKey())
			verify := func() error {
				token := s.v2(key)
				err := s.webhook.Verify(t.Context(), token)
				wantDiscreet(t, &s.setup, token, err)
				return err
			}
			wantRefused(t, verify(), "token_invalid") // the first call has fetched the keys
			for range 20 {
				wantUnavailable(t, &s.setup, verify())
			}
			s.advance(refetchAfter - time.Millisecond)
			wantUnavailable(t, &s.setup, verify())
			wantFetches(t, &s.setup, 1)
			s.advance(time.Millisecond)
			wantRefused(t, verify(), "token_invalid")
			wantFetches(t, &s.setup, 2)
		})
	}
}

// A new key takes over right after a fetch, such as one that a token with an invented key has caused.
func TestWebhookRollover(t *testing.T) {
	s := newWebhookSetup(t)
	wantRefused(t, s.webhook.Verify(t.Context(), s.v1(head("kid", "nobody"))), "token_invalid")
	s.directory.publish(
		s.directory.jwk("main", &rsaKeys().main.PublicKey), s.directory.jwk("next", &rsaKeys().next.PublicKey))
	genuine := s.v2(signedBy("next", rsaKeys().next))
	wantUnavailable(t, &s.setup, s.webhook.Verify(t.Context(), genuine))
	s.advance(refetchAfter)
	if err := s.webhook.Verify(t.Context(), genuine); err != nil {
		t.Errorf("when Microsoft calls again: %v", err)
	}
	wantFetches(t, &s.setup, 2)
}

// A caller who waits for a fetch that is under way can't tell whether it began before the key was published.
func TestWebhookJoinsAFetch(t *testing.T) {
	s := newWebhookSetup(t)
	asked, answer := make(chan struct{}), make(chan struct{})
	publish := s.directory.jwks
	s.directory.answerKeys(func(w http.ResponseWriter, r *http.Request) {
		close(asked)
		<-answer
		publish(w, r)
	})
	first, second := make(chan error), make(chan error)
	token := s.v2(head("kid", "nobody"))
	go func() { first <- s.webhook.Verify(t.Context(), token) }()
	<-asked
	go func() { second <- s.webhook.Verify(t.Context(), token) }()
	close(answer)
	wantRefused(t, <-first, "token_invalid")
	wantUnavailable(t, &s.setup, <-second) // whether it has joined the fetch, or came right after it
	wantFetches(t, &s.setup, 1)
}

// Known keys go on working, and an unknown key causes one call of the authority in each interval.
func TestWebhookKnownKeysOutliveTheAuthority(t *testing.T) {
	s := newWebhookSetup(t)
	if err := s.webhook.Verify(t.Context(), s.v1()); err != nil {
		t.Fatal(err)
	}
	s.directory.answerKeys(http.NotFound)
	for range 2 {
		for range 50 {
			wantUnavailable(t, &s.setup, s.webhook.Verify(t.Context(), s.v2(head("kid", "nobody"))))
		}
		s.advance(refetchAfter)
	}
	wantFetches(t, &s.setup, 2)
	if err := s.webhook.Verify(t.Context(), s.v2()); err != nil {
		t.Errorf("with a known key: %v", err)
	}
}

func TestWebhookRun(t *testing.T) {
	s := newWebhookSetup(t) // outside the bubble: its server waits on a network
	synctest.Test(t, func(t *testing.T) {
		client := &http.Client{Transport: inMemory{s.directory.Config.Handler}}
		s.webhook.keys = newKeySet(
			s.webhook.keys.authority, contoso, client, time.Now, slog.New(slog.DiscardHandler))
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			s.webhook.Run(ctx)
			close(ended)
		}()
		synctest.Wait()
		wantFetches(t, &s.setup, 1)
		wait(refreshEvery)
		wantFetches(t, &s.setup, 2)
		stop()
		<-ended
	})
}

func TestNewWebhookVerifier(t *testing.T) {
	good := WebhookConfig{Authority: "https://login.example", DirectoryID: contoso, ClientID: apiID,
		HTTPClient: &http.Client{}, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	if _, err := NewWebhookVerifier(good); err != nil {
		t.Fatal(err)
	}
	tests := map[string]func(*WebhookConfig){
		"authority over http":     func(c *WebhookConfig) { c.Authority = "http://login.example" },
		"authority with a path":   func(c *WebhookConfig) { c.Authority = "https://login.example/" + contoso },
		"no directory":            func(c *WebhookConfig) { c.DirectoryID = "" },
		"directory by its domain": func(c *WebhookConfig) { c.DirectoryID = "contoso.onmicrosoft.com" },
		"directory in upper case": func(c *WebhookConfig) { c.DirectoryID = strings.ToUpper(contoso) },
		"all directories":         func(c *WebhookConfig) { c.DirectoryID = allDirectories },
		"no client id":            func(c *WebhookConfig) { c.ClientID = "" },
		"client id as URI":        func(c *WebhookConfig) { c.ClientID = "api://" + apiID },
		"no HTTP client":          func(c *WebhookConfig) { c.HTTPClient = nil },
		"no clock":                func(c *WebhookConfig) { c.Now = nil },
		"no log":                  func(c *WebhookConfig) { c.Log = nil },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			c := good
			change(&c)
			if _, err := NewWebhookVerifier(c); err == nil {
				t.Error("accepted")
			}
		})
	}
}

// FuzzWebhookClaims gives the payload any bytes, under a genuine signature.
func FuzzWebhookClaims(f *testing.F) {
	s := newWebhookSetup(f)
	for _, token := range []string{s.v1(), s.v2(), s.v2(claim("aud", nil)), s.v1(extraClaims(`"appid":"x"`))} {
		f.Add(decodeParts(token)[1])
	}
	f.Fuzz(func(t *testing.T, payload string) {
		err := s.webhook.Verify(t.Context(), s.token(func(d *draft) { d.claimsText = payload + " " }))
		if err != nil {
			if e, ok := errors.AsType[*errs.Error](err); !ok || e.Kind != errs.Unauthenticated {
				t.Errorf("an error of another kind: %v", err)
			}
			return
		}
		var seen map[string]any
		if err := json.Unmarshal([]byte(payload), &seen); err != nil {
			t.Fatalf("accepted what is not JSON: %q", payload)
		}
		v1 := seen["ver"] == "1.0" && seen["iss"] == v1Issuer(contoso) && seen["appid"] == marketplaceApp
		v2 := seen["ver"] == "2.0" && seen["iss"] == s.directory.issuer(contoso) && seen["azp"] == marketplaceApp
		if (!v1 && !v2) || seen["aud"] != apiID || seen["tid"] != contoso {
			t.Errorf("accepted %q", payload)
		}
	})
}
