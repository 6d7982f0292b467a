package entra

import (
	"fmt"
	"net/http"

	"timetracker/internal/sandbox/standin"
)

// oauthError is an error as Entra reports it.
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
type oauthError struct {
	status  int
	code    string // RFC 6749, section 5.2, or one of Entra's own
	number  int    // of AADSTS…
	message string
}

// secondFactorMissing is the number of the error by which the person has to confirm the sign-in.
const secondFactorMissing = 50076

func (e *oauthError) Error() string { return e.code + ": " + e.description() }

func (e *oauthError) description() string { return fmt.Sprintf("AADSTS%d: %s", e.number, e.message) }

// writeError answers as Entra's endpoints do that are called by programs.
func (e *Server) writeError(w http.ResponseWriter, r *http.Request, oauthErr *oauthError) {
	correlation := r.Header.Get("Client-Request-Id")
	if correlation == "" {
		correlation = standin.NewGUID()
	}
	trace := standin.NewGUID()
	timestamp := e.now().UTC().Format("2006-01-02 15:04:05Z")
	answer := map[string]any{
		"error": oauthErr.code,
		"error_description": fmt.Sprintf("%s Trace ID: %s Correlation ID: %s Timestamp: %s",
			oauthErr.description(), trace, correlation, timestamp),
		"error_codes":    []int{oauthErr.number},
		"timestamp":      timestamp,
		"trace_id":       trace,
		"correlation_id": correlation,
	}
	switch oauthErr.number {
	case consentMissing:
		answer["suberror"] = "consent_required"
	case secondFactorMissing:
		answer["suberror"], answer["claims"] = "basic_action", confirmClaims
	}
	standin.WriteJSON(w, oauthErr.status, answer)
}

// consentMissing is the number of the error by which on-behalf-of is refused until somebody consents.
const consentMissing = 65001

func errInvalidRequest(number int, message string) *oauthError {
	return &oauthError{http.StatusBadRequest, "invalid_request", number, message}
}

func errInvalidGrant(number int, message string) *oauthError {
	return &oauthError{http.StatusBadRequest, "invalid_grant", number, message}
}

func errSecondFactor() *oauthError {
	return &oauthError{
		http.StatusBadRequest, "interaction_required", secondFactorMissing,
		"Due to a configuration change made by your administrator, you must use multi-factor authentication.",
	}
}

func errUnknownClient(clientID string) *oauthError {
	return &oauthError{
		http.StatusBadRequest, "unauthorized_client", 700016,
		"Application with identifier '" + clientID + "' was not found in the directory.",
	}
}

func errNotInTenant(at authority) *oauthError {
	return errInvalidGrant(50020, "The user account does not exist in "+at.directory.Name+".")
}

func errGrantType() *oauthError {
	return &oauthError{http.StatusBadRequest, "unsupported_grant_type", 70003, "The grant type is not supported."}
}

func errServer() *oauthError {
	return &oauthError{http.StatusInternalServerError, "server_error", 90033, "A transient error has occurred."}
}
