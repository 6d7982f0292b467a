package httpapi

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"timetracker/internal/errs"
	"timetracker/internal/httpapi/contract"
	"timetracker/internal/tenant"
)

const (
	codeTokenMissing = "token_missing"
	// codeTokenExpired is how a Verifier says that a token is valid but for its time.
	codeTokenExpired = "token_expired"
)

// withoutToken is the operation that strangers may call. They share the limit of one person.
const withoutToken = "findPrivacyConfirmation"

// authenticate finds the person of the request's access token.
func (s *server) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.contract.Operation(r).ID == withoutToken {
			c := &call{accept: r.Header["Accept"], query: r.URL.Query()}
			next.ServeHTTP(w, r.WithContext(withCall(r.Context(), c)))
			return
		}
		token, err := bearerToken(r.Header["Authorization"])
		if err != nil {
			s.fail(w, r, err)
			return
		}
		person, err := s.verifier.Verify(r.Context(), token)
		// Who has an expired token was signed in, and must be told to renew it, however many others send forged ones.
		// It is not counted for its person either, since whoever finds an old token could then lock its person out.
		expired := errs.CodeOf(err) == codeTokenExpired
		failed := errs.Is(err, errs.Unauthenticated) || errs.Is(err, errs.Unavailable) // as with an invented key
		if failed && !expired && !s.limits.allowFailure(s.now()) {
			// A valid token is never refused here, however many others fail.
			s.refused("rate_limit", "failed_sign_ins")
			s.limits.hold(r.Context())
			err = errs.New(errs.TooManyRequests, "too_many_failed_sign_ins", "Too many sign-ins fail at the moment.").
				WithRetryAfter(retryUnavailable)
		}
		if err != nil {
			s.fail(w, r, err)
			return
		}
		c := &call{accept: r.Header["Accept"], query: r.URL.Query(), token: token, person: person}
		next.ServeHTTP(w, r.WithContext(withCall(r.Context(), c)))
	})
}

// bearerToken reads the one Authorization header (RFC 6750 section 2.1). The scheme's case does not matter.
func bearerToken(values []string) (string, error) {
	if len(values) == 0 {
		return "", errs.New(errs.Unauthenticated, codeTokenMissing, "Sign in first: the request has no access token.")
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if len(values) > 1 || !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", errs.New(errs.Unauthenticated, "token_invalid", "The request needs exactly one bearer token.")
	}
	return token, nil
}

// signIn asks the database for the caller, on every call. So a deactivated user is refused at once, whatever the
// token says. Signing up, asking to join and landing with a subscription need no user yet.
func (s *server) signIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if comesBeforeSignIn(s.contract.Operation(r)) {
			next.ServeHTTP(w, r)
			return
		}
		c := callOf(r.Context())
		member, err := s.member(r.Context(), s.contract.Operation(r), c)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		c.signIn(r.Context(), member)
		next.ServeHTTP(w, r)
	})
}

// member is who calls. What people are told of their own data, they are told without becoming users, and when they may do
// nothing else any more. People join by reading who they are, with which a page begins. A page that goes on asking for the timer
// must not bring back who was erased.
func (s *server) member(ctx context.Context, o *contract.Operation, c *call) (tenant.Member, error) {
	switch {
	case mayReachOwnData(o.ID):
		return s.tenants.Subject(ctx, c.person)
	case o.ID == "getMe" && cmp.Or(c.query.Get("join"), "true") == "true":
		return s.tenants.SignIn(ctx, c.person)
	default:
		return s.tenants.SignInJoined(ctx, c.person)
	}
}

// comesBeforeSignIn says whether the operation's caller need not be a user yet.
func comesBeforeSignIn(o *contract.Operation) bool {
	switch o.ID {
	case "signUp", "requestToJoin", "resolveLanding", "takeSubscription", withoutToken:
		return true
	default:
		return false
	}
}

// validate refuses a request that the contract does not allow.
func (s *server) validate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.contract.Operation(r).Validate(r); err != nil {
			s.fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}
