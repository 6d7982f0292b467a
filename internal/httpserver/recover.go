package httpserver

import (
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
)

// Recover is a middleware that answers a panic by fail, as any other error. http.ErrAbortHandler passes through, so
// that net/http closes the connection and logs nothing.
func Recover(fail func(http.ResponseWriter, *http.Request, error)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() {
				value := recover()
				if value == nil {
					return
				}
				if err, ok := value.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(http.ErrAbortHandler)
				}
				fail(w, r, panicError(value))
			}()
			next.ServeHTTP(w, r)
		})
	}
}

// WithoutPanic turns a panic of do into an error.
func WithoutPanic(do func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = panicError(value)
		}
	}()
	return do()
}

// panicError describes a panic for the log. An error of the runtime is safe to log, and the stack shows where it was. Any
// other value may hold an address, a person's name or a secret, also in a text that we have made.
func panicError(value any) error {
	description := fmt.Sprintf("%T", value)
	if failure, ok := value.(runtime.Error); ok {
		description = failure.Error()
	}
	return fmt.Errorf("panic: %s\n%s", description, debug.Stack())
}
