package errs

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// WithoutPanic turns a panic of do into an error.
func WithoutPanic(do func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = OfPanic(value)
		}
	}()
	return do()
}

// Guarded is do with a panic as its error, for whoever runs it where nobody could recover it.
func Guarded[T any](do func() (T, error)) func() (T, error) {
	return func() (value T, err error) {
		err = WithoutPanic(func() (err error) {
			value, err = do()
			return err
		})
		return value, err
	}
}

// OfPanic describes for the log what recover has given. An error of the runtime is safe to log, and the stack shows where
// it was. Any other value may hold an address, a person's name or a secret, also in a text that we have made.
func OfPanic(value any) error {
	description := fmt.Sprintf("%T", value)
	if failure, ok := value.(runtime.Error); ok {
		description = failure.Error()
	}
	return fmt.Errorf("panic: %s\n%s", description, debug.Stack())
}
