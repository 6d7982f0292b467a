package entra

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

// publishOddKeys publishes the valid key, and keys that can't be used or not by everybody.
func publishOddKeys(d *directory, ec *ecdsa.PrivateKey) {
	other := &rsaKeys().other.PublicKey
	d.publish(
		d.jwk("main", &rsaKeys().main.PublicKey),
		d.jwk("contoso-only", other, map[string]any{"issuer": d.issuer(contoso)}),
		d.jwk("personal", other, map[string]any{"issuer": d.issuer(personalDirectory)}),
		d.jwk("elsewhere", other, map[string]any{"issuer": "https://login.evil.example/{tenantid}/v2.0"}),
		d.jwk("encryption", other, map[string]any{"use": "enc"}),
		d.jwk("no-use", other, map[string]any{"use": nil}),
		d.jwk("no-issuer", other, map[string]any{"issuer": nil}),
		d.jwk("number-issuer", other, map[string]any{"issuer": 7}),
		d.jwk("rs512-only", other, map[string]any{"alg": "RS512"}),
		d.jwk("", other),
		d.jwk("small", &rsaKeys().small.PublicKey),
		d.jwk("curve", &ec.PublicKey),
		map[string]any{"kty": "unheard-of", "kid": "future"},
	)
}

func TestVerifyAccepts(t *testing.T) {
	s := newSetup(t)
	publishOddKeys(s.directory, ecKey())
	seconds := s.Now().Unix()
	member := tenant.Person{
		DirectoryID: ids.MustParse[ids.Directory](contoso), ObjectID: ids.MustParse[ids.Object](ada), Email: adaEmail, Name: adaName,
		SignedInAt: s.Now().Add(-5 * time.Minute),
	}
	with := func(change func(*tenant.Person)) tenant.Person {
		changed := member
		change(&changed)
		return changed
	}
	guest := with(func(p *tenant.Person) { p.External = true })
	verified := with(func(p *tenant.Person) { p.Email, p.EmailVerified, p.OtherEmail = "a@b.example", true, adaEmail })
	unverified := with(func(p *tenant.Person) { p.OtherEmail = "a@b.example" })
	mail := claim("email", "a@b.example")
	tests := []struct {
		name  string
		token string
		want  tenant.Person
	}{
		{"member", s.token(), member},
		{"of another directory", s.token(claim("tid", fabrikam), claim("iss", s.directory.issuer(fabrikam))),
			with(func(p *tenant.Person) { p.DirectoryID = ids.MustParse[ids.Directory](fabrikam) })},
		{"guest by acct", s.token(claim("acct", 1)), guest},
		{"guest by idp", s.token(claim("idp", "https://sts.windows.net/"+fabrikam+"/")), guest},
		{"member by acct", s.token(claim("acct", 0)), member},
		{"member by idp", s.token(claim("idp", s.directory.issuer(contoso))), member},
		{"email when there is no username", s.token(claim("preferred_username", nil), mail),
			with(func(p *tenant.Person) { p.Email = "a@b.example" })},
		{"username rather than email", s.token(mail), unverified},
		{"verified email rather than username", s.token(mail, claim("xms_edov", true)), verified},
		{"verified as a number", s.token(mail, claim("xms_edov", 1)), verified},
		{"verified as text", s.token(mail, claim("xms_edov", "1")), verified},
		{"verified as another text", s.token(mail, claim("xms_edov", "true")), verified},
		{"not verified", s.token(mail, claim("xms_edov", false)), unverified},
		{"not verified as a number", s.token(mail, claim("xms_edov", 0)), unverified},
		{"not verified as text", s.token(mail, claim("xms_edov", "0")), unverified},
		{"verified null", s.token(mail, claim("xms_edov", json.RawMessage("null"))), unverified},
		{"verified as nonsense", s.token(mail, claim("xms_edov", []int{1})), unverified},
		{"verified, by a shadow of another case", s.token(mail, claim("XMS_EDOV", true)), unverified},
		{"verified, but no email: that doesn't vouch for the username", s.token(claim("xms_edov", true)), member},
		{"email in another case than the username", s.token(claim("email", strings.ToUpper(adaEmail))), member},
		{"nameless", s.token(claim("name", nil), claim("preferred_username", nil)),
			with(func(p *tenant.Person) { p.Name, p.Email = "", "" })},
		{"audience as URI", s.token(claim("aud", "api://"+apiID)), member},
		{"second client", s.token(claim("azp", secondID)), member},
		{"several scopes", s.token(claim("scp", "openid "+testScope+" profile")), member},
		{"user with roles too", s.token(claim("roles", []string{"Admin"})), member},
		{"idtyp user", s.token(claim("idtyp", "user")), member},
		{"too many groups", s.token(claim("_claim_names", map[string]any{"groups": "src1"}),
			claim("_claim_sources", map[string]any{"src1": map[string]any{"endpoint": "https://graph.example"}})), member},
		{"exp within the skew", s.token(claim("exp", seconds-59)), member},
		{"nbf and iat within the skew", s.token(claim("nbf", seconds+60), claim("iat", seconds+60)),
			with(func(p *tenant.Person) { p.SignedInAt = s.Now().Add(time.Minute) })},
		{"long-lived", s.token(claim("exp", seconds+28*3600)), member},
		{"shadow of another case", s.token(claim("TID", fabrikam), claim("Oid", fabrikam)), member},
		{"key of this directory alone", s.token(signedBy("contoso-only", rsaKeys().other)), member},
		{"harmless header", s.token(head("x5t", "abc")), member},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for range 2 { // fresh, and remembered
				got, err := s.Verify(t.Context(), test.token)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestVerifyRefuses(t *testing.T) {
	s := newSetup(t)
	ec := ecKey()
	publishOddKeys(s.directory, ec)
	keys := rsaKeys()
	seconds := s.Now().Unix()
	good := s.token()
	parts := strings.Split(good, ".")
	flattened := mustJSON(map[string]any{"protected": parts[0], "payload": parts[1], "signature": parts[2]})
	general := mustJSON(map[string]any{"payload": parts[1],
		"signatures": []any{map[string]any{"protected": parts[0], "signature": parts[2]}}})
	signWith := func(sign func([]byte) []byte) func(*draft) { return func(d *draft) { d.sign = sign } }
	hmacWith := func(secret []byte) func(*draft) {
		return signWith(func(input []byte) []byte {
			mac := hmac.New(sha256.New, secret)
			mac.Write(input)
			return mac.Sum(nil)
		})
	}
	publicDER, err := x509.MarshalPKIXPublicKey(&keys.main.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: publicDER})
	rs512 := signWith(func(input []byte) []byte {
		sum := sha512.Sum512(input)
		return must(rsa.SignPKCS1v15(nil, keys.main, crypto.SHA512, sum[:]))
	})
	rs384 := signWith(func(input []byte) []byte {
		sum := sha512.Sum384(input)
		return must(rsa.SignPKCS1v15(nil, keys.main, crypto.SHA384, sum[:]))
	})
	ps256 := signWith(func(input []byte) []byte {
		sum := sha256.Sum256(input)
		return must(rsa.SignPSS(rand.Reader, keys.main, crypto.SHA256, sum[:], nil))
	})
	es256 := signWith(func(input []byte) []byte {
		sum := sha256.Sum256(input)
		r, v, err := ecdsa.Sign(rand.Reader, ec, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		return append(r.FillBytes(make([]byte, 32)), v.FillBytes(make([]byte, 32))...)
	})
	unsigned := signWith(func([]byte) []byte { return nil })
	stranger := signWith(signer(keys.stranger))
	strangerJWK := s.directory.jwk("main", &keys.stranger.PublicKey, map[string]any{"issuer": nil})
	text := func(header, payload string) func(*draft) {
		return func(d *draft) { d.headerText, d.claimsText = header, payload }
	}

	tests := []struct {
		name  string
		token string
	}{
		// These concern the form.
		{"empty", ""},
		{"dots", ".."},
		{"one part", parts[0]},
		{"two parts", parts[0] + "." + parts[1]},
		{"four parts", good + ".x"},
		{"five parts, as a JWE has", good + ".x.y"},
		{"empty header", "." + parts[1] + "." + parts[2]},
		{"empty payload", parts[0] + ".." + parts[2]},
		{"newline at the end", good + "\n"},
		{"newline inside", good[:100] + "\n" + good[100:]},
		{"space before", " " + good},
		{"with its scheme", "Bearer " + good},
		{"padding", good + "=="},
		{"standard base64", strings.NewReplacer("-", "+", "_", "/").Replace(good) + "+/"},
		{"NUL", good + "\x00"},
		{"invalid UTF-8", good + "\xff"},
		{"flattened JSON", flattened},
		{"general JSON", general},
		{"over 16 KiB", s.token(claim("groups", strings.Repeat("g", 16<<10)))},
		{"3 MiB", s.token(claim("groups", strings.Repeat("g", 3<<20)))},
		{"3 MiB of dots", strings.Repeat(".", 3<<20)},
		{"header not JSON", s.token(text("header", "{}"))},
		{"header an array", s.token(text("[]", "{}"))},
		{"header null", s.token(text("null", "{}"))},
		{"deep header", s.token(extraHeader(`"a":`+strings.Repeat("[", 4000)+strings.Repeat("]", 4000)), stranger)},
		{"payload not JSON", s.token(func(d *draft) { d.claimsText = "claims" })},
		{"payload an array", s.token(func(d *draft) { d.claimsText = "[]" })},
		{"payload null", s.token(func(d *draft) { d.claimsText = "null" })},
		{"payload with more behind it", s.token(func(d *draft) { d.claimsText = mustJSON(d.claims) + "{}" })},

		// These concern the signature.
		{"no signature", parts[0] + "." + parts[1] + "."},
		{"signature of another token", parts[0] + "." + parts[1] + "." + strings.Split(s.token(), ".")[2]},
		{"truncated signature", good[:len(good)-4]},
		{"changed payload", parts[0] + "." + encode([]byte(`{"ver":"2.0"}`)) + "." + parts[2]},
		{"changed header", strings.Join(
			[]string{encode([]byte(`{"alg":"RS256","kid":"main","typ":"JWT","a":1}`)), parts[1], parts[2]}, ".")},
		{"signed by a stranger", s.token(stranger)},
		{"signed by another known key", s.token(signWith(signer(keys.other)))},
		{"alg none", s.token(head("alg", "none"), unsigned) + "AA"},
		{"alg none without signature", s.token(head("alg", "none"), unsigned)},
		{"alg nOnE", s.token(head("alg", "nOnE"), unsigned) + "AA"},
		{"alg missing", s.token(head("alg", nil))},
		{"alg empty", s.token(head("alg", ""))},
		{"alg a number", s.token(head("alg", 256))},
		{"alg rs256", s.token(head("alg", "rs256"))},
		{"HS256 with the public key as PEM", s.token(head("alg", "HS256"), hmacWith(publicPEM))},
		{"HS256 with the public key as DER", s.token(head("alg", "HS256"), hmacWith(publicDER))},
		{"HS256 with the modulus", s.token(head("alg", "HS256"), hmacWith(keys.main.N.Bytes()))},
		{"RS384", s.token(head("alg", "RS384"), rs384)},
		{"RS512", s.token(head("alg", "RS512"), rs512)},
		{"RS512 said to be RS256", s.token(rs512)},
		{"PS256", s.token(head("alg", "PS256"), ps256)},
		{"PS256 said to be RS256", s.token(ps256)},
		{"ES256", s.token(head("alg", "ES256"), head("kid", "curve"), es256)},
		{"alg twice", s.token(extraHeader(`"alg":"none"`))},

		// These concern the header.
		{"kid missing", s.token(head("kid", nil))},
		{"kid empty", s.token(head("kid", ""), signWith(signer(keys.other)))},
		{"kid a number", s.token(head("kid", 1))},
		{"kid twice", s.token(extraHeader(`"kid":"main"`))},
		{"jku", s.token(head("jku", "https://evil.example/keys"), stranger)},
		{"jwk", s.token(head("jwk", strangerJWK), stranger)},
		{"jwk without kid", s.token(head("jwk", strangerJWK), head("kid", nil), stranger)},
		{"x5u", s.token(head("x5u", "https://evil.example/cert"), stranger)},
		{"x5c", s.token(head("x5c", []string{"AAAA"}), stranger)},
		{"crit unknown", s.token(head("crit", []string{"exp"}))},
		{"crit b64", s.token(head("crit", []string{"b64"}), head("b64", true))},
		{"crit empty", s.token(head("crit", []string{}))},
		{"b64 false", s.token(head("b64", false))},
		{"typ missing", s.token(head("typ", nil))},
		{"typ at+jwt", s.token(head("typ", "at+jwt"))},
		{"typ a number", s.token(head("typ", 1))},

		// These concern the key.
		{"key of personal accounts", s.token(signedBy("personal", keys.other))},
		{"key of another directory", s.token(signedBy("contoso-only", keys.other),
			claim("tid", fabrikam), claim("iss", s.directory.issuer(fabrikam)))},
		{"key of another authority", s.token(signedBy("elsewhere", keys.other))},
		{"key and iss of another authority", s.token(signedBy("elsewhere", keys.other),
			claim("iss", "https://login.evil.example/"+contoso+"/v2.0"))},

		// These concern the issuer.
		{"ver missing", s.token(claim("ver", nil))},
		{"ver 1.0", s.token(claim("ver", "1.0"))},
		{"ver a number", s.token(claim("ver", 2.0))},
		{"version 1 throughout", s.token(claim("ver", "1.0"), claim("iss", "https://sts.windows.net/"+contoso+"/"),
			claim("azp", nil), claim("appid", spaID))},
		{"iss missing", s.token(claim("iss", nil))},
		{"iss another host", s.token(claim("iss", "https://login.evil.example/"+contoso+"/v2.0"))},
		{"iss another directory", s.token(claim("iss", s.directory.issuer(fabrikam)))},
		{"iss the template", s.token(claim("iss", s.directory.issuer("{tenantid}")))},
		{"iss and tid the template", s.token(claim("iss", s.directory.issuer("{tenantid}")), claim("tid", "{tenantid}"))},
		{"iss of version 1", s.token(claim("iss", "https://sts.windows.net/"+contoso+"/"))},
		{"iss with a slash", s.token(claim("iss", s.directory.issuer(contoso)+"/"))},
		{"iss over http", s.token(claim("iss", "http"+strings.TrimPrefix(s.directory.issuer(contoso), "https")))},
		{"iss twice", s.token(extraClaims(`"iss":"https://login.evil.example/"`))},
		{"tid missing", s.token(claim("tid", nil))},
		{"tid not a GUID", s.token(claim("tid", "contoso"), claim("iss", s.directory.issuer("contoso")))},
		{"tid in upper case", s.token(claim("tid", strings.ToUpper(contoso)),
			claim("iss", s.directory.issuer(strings.ToUpper(contoso))))},
		{"tid in braces", s.token(claim("tid", "{"+contoso+"}"), claim("iss", s.directory.issuer("{"+contoso+"}")))},
		{"tid nil", s.token(claim("tid", nilGUID), claim("iss", s.directory.issuer(nilGUID)))},
		{"tid twice", s.token(extraClaims(`"tid":"` + fabrikam + `"`))},
		{"tid twice, once escaped", s.token(extraClaims(`"\u0074id":"` + fabrikam + `"`))},
		{"tid only in another case", s.token(claim("tid", nil), claim("TID", contoso))},
		{"tid null", s.token(claim("tid", json.RawMessage("null")))},
		{"personal account", s.token(claim("tid", personalDirectory), claim("iss", s.directory.issuer(personalDirectory)))},
		{"personal account by its key", s.token(signedBy("personal", keys.other), claim("tid", personalDirectory),
			claim("iss", s.directory.issuer(personalDirectory)))},

		// These concern the audience and the client.
		{"aud missing", s.token(claim("aud", nil))},
		{"aud another API", s.token(claim("aud", "00000003-0000-0000-c000-000000000000"))},
		{"aud a list with us", s.token(claim("aud", []string{"other", apiID}))},
		{"aud a list of us", s.token(claim("aud", []string{apiID}))},
		{"aud in upper case", s.token(claim("aud", strings.ToUpper(apiID)))},
		{"aud with a slash", s.token(claim("aud", "api://"+apiID+"/"))},
		{"aud empty", s.token(claim("aud", ""))},
		{"aud twice", s.token(extraClaims(`"aud":"other"`))},
		{"azp missing", s.token(claim("azp", nil))},
		{"azp empty", s.token(claim("azp", ""))},
		{"azp unknown", s.token(claim("azp", fabrikam))},
		{"azp a list", s.token(claim("azp", []string{spaID}))},
		{"appid in place of azp", s.token(claim("azp", nil), claim("appid", spaID))},
		{"scp missing", s.token(claim("scp", nil))},
		{"scp empty", s.token(claim("scp", ""))},
		{"scp another", s.token(claim("scp", "User.Read"))},
		{"scp longer", s.token(claim("scp", testScope+".All"))},
		{"scp shorter", s.token(claim("scp", "Time.Read"))},
		{"scp in lower case", s.token(claim("scp", strings.ToLower(testScope)))},
		{"scp a list", s.token(claim("scp", []string{testScope}))},
		{"app-only", s.token(claim("scp", nil), claim("roles", []string{testScope}), claim("idtyp", "app"))},
		{"app-only without idtyp", s.token(claim("scp", nil), claim("roles", []string{testScope}))},
		{"idtyp app", s.token(claim("idtyp", "app"))},
		{"idtyp device", s.token(claim("idtyp", "device"))},
		{"idtyp a number", s.token(claim("idtyp", 1))},
		{"ID token of the browser client", s.token(claim("aud", spaID), claim("azp", nil), claim("scp", nil))},
		{"ID token for us", s.token(claim("azp", nil), claim("scp", nil))},
		{"oid missing", s.token(claim("oid", nil))},
		{"oid not a GUID", s.token(claim("oid", "../admin"))},
		{"oid with urn", s.token(claim("oid", "urn:uuid:"+ada))},
		{"oid without dashes", s.token(claim("oid", strings.ReplaceAll(ada, "-", "")))},
		{"oid nil", s.token(claim("oid", nilGUID))},
		{"oid twice", s.token(extraClaims(`"oid":"` + fabrikam + `"`))},
		{"a claim that isn't read twice", s.token(extraClaims(`"uti":"x"`))},
		{"name a list", s.token(claim("name", []string{adaName}))},

		// These concern the lifetime.
		{"exp missing", s.token(claim("exp", nil))},
		{"exp zero", s.token(claim("exp", 0))},
		{"exp negative", s.token(claim("exp", -1))},
		{"exp text", s.token(claim("exp", "9999999999"))},
		{"exp null", s.token(claim("exp", json.RawMessage("null")))},
		{"exp far", s.token(claim("exp", seconds+28*3600+61))},
		{"exp 10^18", s.token(claim("exp", int64(1e18)))},
		{"exp the largest number", s.token(claim("exp", json.RawMessage("9223372036854775807")))},
		{"exp over the largest number", s.token(claim("exp", json.RawMessage("9223372036854775808")))},
		{"exp 1e99", s.token(claim("exp", json.RawMessage("1e99")))},
		{"exp twice", s.token(extraClaims(`"exp":1`))},
		{"nbf missing", s.token(claim("nbf", nil))},
		{"nbf ahead", s.token(claim("nbf", seconds+61))},
		{"nbf the largest number", s.token(claim("nbf", json.RawMessage("9223372036854775807")))},
		{"nbf text", s.token(claim("nbf", "1"))},
		{"iat missing", s.token(claim("iat", nil))},
		{"iat ahead", s.token(claim("iat", seconds+61))},
		{"iat text", s.token(claim("iat", "1"))},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for range 2 {
				got, err := s.Verify(t.Context(), test.token)
				wantRefused(t, err, "token_invalid")
				if got != (tenant.Person{}) {
					t.Errorf("a refused token gave %+v", got)
				}
				wantDiscreet(t, s, test.token, err)
			}
		})
	}
	if n := s.directory.keyFetches.Load(); n != 1 {
		t.Errorf("%d tokens made %d fetches of keys, want 1", len(tests), n)
	}
}

// A token whose key is unknown is refused once the authority was asked for the key. Until then it is only put off, since
// the key may be a new one.
func TestVerifyUnknownKeys(t *testing.T) {
	s := newSetup(t)
	publishOddKeys(s.directory, ecKey())
	keys := rsaKeys()
	tests := []struct {
		name  string
		token string
	}{
		{"kid unknown", s.token(head("kid", "nobody"))},
		{"kid a path", s.token(head("kid", "../../../../dev/null"))},
		{"kid SQL", s.token(head("kid", "' OR 1=1 --"))},
		{"kid of another case", s.token(head("kid", "MAIN"))},
		{"key for encryption", s.token(signedBy("encryption", keys.other))},
		{"key for nothing in particular", s.token(signedBy("no-use", keys.other))},
		{"key without issuer", s.token(signedBy("no-issuer", keys.other))},
		{"key with a number as issuer", s.token(signedBy("number-issuer", keys.other))},
		{"key for RS512", s.token(signedBy("rs512-only", keys.other))},
		{"key of 1024 bits", s.token(signedBy("small", keys.small))},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			verify := func() error {
				got, err := s.Verify(t.Context(), test.token)
				if got != (tenant.Person{}) {
					t.Errorf("a token of an unknown key gave %+v", got)
				}
				wantDiscreet(t, s, test.token, err)
				return err
			}
			s.advance(refetchAfter)
			wantRefused(t, verify(), "token_invalid")
			wantUnavailable(t, s, verify())
		})
	}
	wantFetches(t, s, int64(len(tests)))
}

const nilGUID = "00000000-0000-0000-0000-000000000000"

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func wantRefused(t *testing.T, err error, code string) {
	t.Helper()
	if errs.KindOf(err) != errs.Unauthenticated || errs.CodeOf(err) != code {
		t.Fatalf("got %v, want %s", err, code)
	}
	if e, _ := errors.AsType[*errs.Error](err); e.Message != refusal {
		t.Errorf("the client is told %q", e.Message)
	}
}

// wantDiscreet fails when the error or the log contains a part of the token, or names its person.
func wantDiscreet(t *testing.T, s *setup, token string, err error) {
	t.Helper()
	secrets := []string{adaEmail, adaName, ada, contoso, fabrikam, "evil"}
	for part := range strings.SplitSeq(token, ".") {
		if len(part) >= 8 {
			secrets = append(secrets, part[:8])
		}
	}
	for _, secret := range secrets {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error %q holds %q", err, secret)
		}
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

func TestVerifyExpiry(t *testing.T) {
	s := newSetup(t)
	for _, ago := range []int64{60, 3600} {
		_, err := s.Verify(t.Context(), s.token(claim("exp", s.Now().Unix()-ago)))
		wantRefused(t, err, "token_expired")
	}
	// A client that gets token_expired may try again with a new token, so only tokens that were ours get this code.
	_, err := s.Verify(t.Context(), s.token(claim("exp", s.Now().Unix()-60), claim("aud", fabrikam)))
	wantRefused(t, err, "token_invalid")
}

func TestNew(t *testing.T) {
	good := Config{Authority: "https://login.example/", ClientID: apiID, AllowedClients: []string{spaID},
		Scope: testScope, HTTPClient: &http.Client{}, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	if _, err := New(good); err != nil {
		t.Fatal(err)
	}
	tests := map[string]func(*Config){
		"no authority":           func(c *Config) { c.Authority = "" },
		"authority over http":    func(c *Config) { c.Authority = "http://login.example" },
		"authority with a path":  func(c *Config) { c.Authority = "https://login.example/contoso" },
		"authority with a query": func(c *Config) { c.Authority = "https://login.example?a=b" },
		"authority with a user":  func(c *Config) { c.Authority = "https://a:b@login.example" },
		"authority not an URL":   func(c *Config) { c.Authority = "https://[" },
		"no client id":           func(c *Config) { c.ClientID = "" },
		"no scope":               func(c *Config) { c.Scope = "" },
		"no clients":             func(c *Config) { c.AllowedClients = nil },
		"an empty client":        func(c *Config) { c.AllowedClients = []string{""} },
		"no HTTP client":         func(c *Config) { c.HTTPClient = nil },
		"no clock":               func(c *Config) { c.Now = nil },
		"no log":                 func(c *Config) { c.Log = nil },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			c := good
			change(&c)
			if _, err := New(c); err == nil {
				t.Error("accepted")
			}
		})
	}
}

func FuzzVerify(f *testing.F) {
	s := newSetup(f)
	good := s.token()
	seeds := []string{good, "", "..", good + "\n", s.token(head("crit", []string{"b64"})), s.token(claim("aud", nil)),
		s.token(extraClaims(`"tid":"x"`)), s.token(head("kid", "nobody"))}
	for _, seed := range seeds {
		f.Add(seed)
	}
	// Nobody without the key can make a token, so any other token that passes is a fault. Spellings don't count, since
	// base64url leaves bits of a part's last character unused.
	want := decodeParts(good)
	f.Fuzz(func(t *testing.T, token string) {
		person, err := s.Verify(t.Context(), token)
		switch {
		case err == nil && decodeParts(token) != want:
			t.Errorf("accepted %q for %+v", token, person)
		case err != nil && errs.KindOf(err) != errs.Unauthenticated && !errors.Is(err, errNotLookedFor):
			t.Errorf("an error of another kind: %v", err)
		case err != nil && person != (tenant.Person{}):
			t.Error("a person beside an error")
		}
	})
}

// decodeParts gives the bytes that a token encodes.
func decodeParts(token string) (parts [3]string) {
	for i, part := range strings.SplitN(token, ".", 3) {
		decoded, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			return [3]string{}
		}
		parts[i] = string(decoded)
	}
	return parts
}

// FuzzSignedClaims gives the payload any bytes, under a genuine signature.
func FuzzSignedClaims(f *testing.F) {
	s := newSetup(f)
	for _, change := range []func(*draft){claim("x", 1), claim("aud", nil), extraClaims(`"tid":"x"`)} {
		var text string
		s.token(change, func(d *draft) {
			if text = d.claimsText; text == "" {
				text = mustJSON(d.claims)
			}
		})
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		person, err := s.Verify(t.Context(), s.token(func(d *draft) { d.claimsText = payload + " " }))
		if err != nil {
			if errs.KindOf(err) != errs.Unauthenticated {
				t.Errorf("an error of another kind: %v", err)
			}
			return
		}
		var seen map[string]any
		if err := json.Unmarshal([]byte(payload), &seen); err != nil {
			t.Fatalf("accepted what is not JSON: %q", payload)
		}
		if (seen["aud"] != apiID && seen["aud"] != "api://"+apiID) || seen["tid"] != person.DirectoryID.String() ||
			seen["oid"] != person.ObjectID.String() || seen["iss"] != s.directory.issuer(person.DirectoryID.String()) {
			t.Errorf("accepted %q for %+v", payload, person)
		}
	})
}
