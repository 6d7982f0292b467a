package errs

import (
	"errors"
	"fmt"
	"time"
)

// Kind says which sort of answer an error gets. Each kind has exactly one HTTP status.
type Kind uint8

// The kinds, in the order of the HTTP status they are answered with. Internal is the zero value, so that an error that
// nobody classified is never shown to a client.
const (
	Internal             Kind = iota // 500: our own fault; the client learns nothing but the request id
	Malformed                        // 400: the request can't be understood
	Unauthenticated                  // 401: no token, or one that isn't valid
	PaymentRequired                  // 402: the plan or a seat is missing
	Forbidden                        // 403: signed in, but the role doesn't allow it
	NotFound                         // 404: it doesn't exist, or it belongs to somebody else
	MethodNotAllowed                 // 405: it exists, but not for this method
	NotAcceptable                    // 406: none of the formats that the client accepts
	Conflict                         // 409: the state of the resource prevents it
	Stale                            // 412: somebody changed it first
	TooLarge                         // 413: the body is over its limit
	UnsupportedMedia                 // 415: the body has a content type that isn't read here
	RuleBroken                       // 422: understood, but a rule of the product refuses it
	PreconditionRequired             // 428: If-Match is missing
	TooManyRequests                  // 429: over the rate limit
	Unavailable                      // 503: something we depend on doesn't answer
)

// Field is one fault in a request. Its pointer is a JSON pointer (RFC 6901) or a parameter's name.
type Field struct {
	Pointer string
	Code    string
	Detail  string
}

// Error is an error that a client may be told about.
type Error struct {
	Kind    Kind
	Code    string // stable, snake_case; part of the API's contract
	Message string // for the client: a sentence that says what to do
	Fields  []Field
	// Subject is the thing that prevents it, such as the timer that is already running. The HTTP layer knows how to
	// render it.
	Subject    any
	RetryAfter time.Duration // zero: none
	cause      error
}

// New makes an error without a cause.
func New(kind Kind, code, message string) *Error {
	return &Error{Kind: kind, Code: code, Message: message}
}

// Newf makes an error without a cause; the message is formatted as by fmt.Sprintf and is shown to the client.
func Newf(kind Kind, code, format string, args ...any) *Error {
	return New(kind, code, fmt.Sprintf(format, args...))
}

// Wrap makes an error that keeps its cause for the log.
func Wrap(cause error, kind Kind, code, message string) *Error {
	return &Error{Kind: kind, Code: code, Message: message, cause: cause}
}

// ChangedFirst is the error of whoever changes a thing by a revision that isn't the current one. cause may be nil.
func ChangedFirst(cause error) *Error {
	return Wrap(cause, Stale, "stale", "Somebody changed this first; read it again.")
}

// WithField returns the error with one more fault in the request.
func (e *Error) WithField(pointer, code, detail string) *Error {
	e.Fields = append(e.Fields, Field{Pointer: pointer, Code: code, Detail: detail})
	return e
}

// WithSubject returns the error with the thing that prevents what was asked for.
func (e *Error) WithSubject(subject any) *Error {
	e.Subject = subject
	return e
}

// WithRetryAfter returns the error with the time after which trying again makes sense.
func (e *Error) WithRetryAfter(d time.Duration) *Error {
	e.RetryAfter = d
	return e
}

// Error is for the log; it includes the cause.
func (e *Error) Error() string {
	if e.cause == nil {
		return e.Code + ": " + e.Message
	}
	return e.Code + ": " + e.Message + ": " + e.cause.Error()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// KindOf gives the kind of the first *Error in the chain, and Internal when there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// CodeOf gives the code of the first *Error in the chain, and "" when there is none.
func CodeOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// Is says whether err has the kind.
func Is(err error, kind Kind) bool {
	return err != nil && KindOf(err) == kind
}
