package errs_test

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/errs"
)

func TestKindAndCode(t *testing.T) {
	refusal := errs.New(errs.Conflict, "timer_running", "Another timer is running.")
	deeper := errs.Wrap(refusal, errs.Unavailable, "store_unavailable", "Try again.")
	tests := []struct {
		name string
		err  error
		kind errs.Kind
		code string
	}{
		{"none", nil, errs.Internal, ""},
		{"of somebody else", io.EOF, errs.Internal, ""},
		{"ours", refusal, errs.Conflict, "timer_running"},
		{"ours, wrapped", fmt.Errorf("start: %w", refusal), errs.Conflict, "timer_running"},
		{"ours, joined", errors.Join(io.EOF, refusal), errs.Conflict, "timer_running"},
		{"the first one counts", fmt.Errorf("start: %w", deeper), errs.Unavailable, "store_unavailable"},
		{"formatted", errs.Newf(errs.PaymentRequired, "seat_limit", "All %d seats are taken.", 5), errs.PaymentRequired, "seat_limit"},
		{"unclassified", errs.New(errs.Internal, "odd", "Odd."), errs.Internal, "odd"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := errs.KindOf(test.err); got != test.kind {
				t.Errorf("the kind is %d, want %d", got, test.kind)
			}
			if got := errs.CodeOf(test.err); got != test.code {
				t.Errorf("the code is %q, want %q", got, test.code)
			}
			if got, want := errs.Is(test.err, test.kind), test.err != nil; got != want {
				t.Errorf("Is says %v, want %v", got, want)
			}
			if errs.Is(test.err, errs.Forbidden) {
				t.Error("Is takes it for another kind")
			}
		})
	}
}

func TestInternalIsTheZeroValue(t *testing.T) {
	if kind := (errs.Error{}).Kind; kind != errs.Internal {
		t.Errorf("an error that nobody classified is of kind %d, want %d", kind, errs.Internal)
	}
}

func TestCauseIsForTheLog(t *testing.T) {
	cause := errors.New("disk I/O error")
	err := errs.Wrap(cause, errs.Unavailable, "store_unavailable", "Please try again.")
	if !errors.Is(err, cause) {
		t.Error("the cause is lost")
	}
	if want := "store_unavailable: Please try again.: disk I/O error"; err.Error() != want {
		t.Errorf("the log gets %q, want %q", err, want)
	}
	if err.Message != "Please try again." {
		t.Errorf("the client gets %q", err.Message)
	}
	if want := "odd: Odd."; errs.New(errs.Internal, "odd", "Odd.").Error() != want {
		t.Errorf("without a cause the log doesn't get %q", want)
	}
}

func TestDetails(t *testing.T) {
	err := errs.New(errs.RuleBroken, "interval_invalid", "No.").
		WithField("/stopped_at", "too_long", "must be shorter").
		WithField("time_zone", "unknown", "must be a zone").
		WithSubject(42).
		WithRetryAfter(time.Second)
	want := []errs.Field{
		{Pointer: "/stopped_at", Code: "too_long", Detail: "must be shorter"},
		{Pointer: "time_zone", Code: "unknown", Detail: "must be a zone"},
	}
	if diff := cmp.Diff(want, err.Fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if err.Subject != 42 || err.RetryAfter != time.Second {
		t.Errorf("the subject is %v and the time to wait %v", err.Subject, err.RetryAfter)
	}
}
