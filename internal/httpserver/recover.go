package httpserver

import (
	"errors"
	"net/http"

	"timetracker/internal/errs"
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
				fail(w, r, errs.OfPanic(value))
			}()
			next.ServeHTTP(w, r)
		})
	}
}
