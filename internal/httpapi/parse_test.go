package httpapi

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"timetracker/internal/errs"
	"timetracker/internal/httpapi/contract"
	"timetracker/internal/ids"
	"timetracker/internal/page"
)

// tableFormats are the media types of a list that may be a table.
var tableFormats = []string{mediaJSON, mediaCSV}

func TestNegotiate(t *testing.T) {
	tests := []struct {
		accept string
		want   string // empty: nothing is acceptable
	}{
		{"*/*", "application/json"},
		{"text/csv", "text/csv"},
		{"TEXT/CSV", "text/csv"},
		{"application/json, text/csv", "application/json"},
		{"text/csv, application/json", "application/json"},
		{"application/json;q=0.5, text/csv", "text/csv"},
		{"application/json;q=0.5,text/csv;q=0.4,*/*;q=0.9", "application/json"},
		{"text/*", "text/csv"},
		{"text/*;q=0.1, */*;q=0.2", "application/json"},
		{"application/json;q=0, */*", "text/csv"},
		{"text/csv;charset=utf-8;q=1", "text/csv"},
		{"text/csv;q=2, text/html", ""},
		{"text/csv;q=x", ""},
		{"text/html", ""},
		{"*/*;q=0", ""},
		{"", ""},
		{";;,,=", ""},
	}
	for _, tt := range tests {
		t.Run(tt.accept, func(t *testing.T) {
			got, ok := negotiate([]string{tt.accept}, tableFormats)
			if ok != (tt.want != "") || (ok && got != tt.want) {
				t.Errorf("%q, %t", got, ok)
			}
		})
	}
	if got, ok := negotiate(nil, tableFormats); !ok || got != "application/json" {
		t.Errorf("without Accept: %q, %t", got, ok)
	}
}

func FuzzNegotiate(f *testing.F) {
	f.Add("text/csv;q=0.5, */*")
	f.Add(";q=,,/")
	f.Fuzz(func(t *testing.T, accept string) {
		got, ok := negotiate([]string{accept}, tableFormats)
		if ok && !slices.Contains(tableFormats, got) {
			t.Errorf("%q is not offered", got)
		}
		if twice, okTwice := negotiate([]string{accept, accept}, tableFormats); got != twice || ok != okTwice {
			t.Errorf("%q once, %q when said twice", got, twice)
		}
	})
}

func TestParseIfMatch(t *testing.T) {
	const a, b = "0193a5b0-0000-7000-8000-00000000000a", "0193a5b0-0000-7000-8000-00000000000b"
	tests := []struct {
		header string // A and B stand for the ids
		want   []version
		code   string
	}{
		{`"A.1"`, []version{{ids.MustParse[ids.Any](a), 1}}, ""},
		{` "A.1" `, []version{{ids.MustParse[ids.Any](a), 1}}, ""},
		{`"A.1", "B.22"`, []version{{ids.MustParse[ids.Any](a), 1}, {ids.MustParse[ids.Any](b), 22}}, ""},
		{`"A.1","B.22"`, []version{{ids.MustParse[ids.Any](a), 1}, {ids.MustParse[ids.Any](b), 22}}, ""},
		{`W/"A.1"`, nil, ""},
		{`W/"A.1", "A.2"`, []version{{ids.MustParse[ids.Any](a), 2}}, ""},
		{`"abc"`, nil, ""},
		{`"1"`, nil, ""},
		{`"A"`, nil, ""},
		{`"A."`, nil, ""},
		{`".1"`, nil, ""},
		{`"A.01"`, nil, ""},
		{`"A.+1"`, nil, ""},
		{`"A.0"`, nil, ""},
		{`"A.-1"`, nil, ""},
		{`"A.1.1"`, nil, ""},
		{`"{A}.1"`, nil, ""},
		{`"A.99999999999999999999"`, nil, ""},
		{`""`, nil, ""},
		{`*`, nil, "if_match_any"},
		{`A.1`, nil, "if_match_invalid"},
		{`"A.1`, nil, "if_match_invalid"},
		{`w/"A.1"`, nil, "if_match_invalid"},
		{`"A.1" "A.2"`, nil, "if_match_invalid"},
		{`"A.1",`, nil, "if_match_invalid"},
		{`"A.1",*`, nil, "if_match_invalid"},
		{`"A 1"`, nil, "if_match_invalid"},
		{``, nil, "if_match_invalid"},
	}
	for _, tt := range tests {
		t.Run(tt.header, func(t *testing.T) {
			got, err := parseIfMatch(strings.NewReplacer("A", a, "B", b).Replace(tt.header))
			if errs.CodeOf(err) != tt.code {
				t.Fatalf("error %v, want %q", err, tt.code)
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(version{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzParseIfMatch(f *testing.F) {
	f.Add(`"0193a5b0-0000-7000-8000-00000000000a.1", W/"2"`)
	f.Add(`*`)
	f.Fuzz(func(t *testing.T, header string) {
		versions, err := parseIfMatch(header)
		if err != nil {
			if errs.KindOf(err) != errs.Malformed {
				t.Errorf("%v", err)
			}
			return
		}
		tags := make([]string, len(versions))
		for i, v := range versions {
			if tags[i] = v.entityTag(); !strings.Contains(header, tags[i]) {
				t.Errorf("%s is not in the header", tags[i])
			}
		}
		if len(tags) == 0 {
			return
		}
		again, err := parseIfMatch(strings.Join(tags, ", "))
		if err != nil || !slices.Equal(versions, again) {
			t.Errorf("%v is read again as %v, %v", versions, again, err)
		}
	})
}

func TestCursor(t *testing.T) {
	const contoso, fabrikam = "0193a5b0-0000-7000-8000-00000000000a", "0193a5b0-0000-7000-8000-00000000000b"
	payments := newListing(ids.MustParse[ids.Tenant](contoso), "entries", map[string]string{"project": "Payments"})
	id := uuid.Must(uuid.NewV7()).String()
	published, err := contract.Published()
	if err != nil {
		t.Fatal(err)
	}
	for _, position := range []page.Position{
		{At: time.Date(2026, 11, 21, 8, 30, 14, 250e6, time.UTC), ID: ids.MustParse[ids.Any](id)},
		{Name: "Ada Lovelace", ID: ids.MustParse[ids.Any](id)},
		{Name: strings.Repeat("\U0001F600", 256), ID: ids.MustParse[ids.Any](id)}, // the longest name that is stored
		{ID: ids.MustParse[ids.Any](id)},
	} {
		cursor := payments.next(position)
		got, err := payments.page(cursor, nil)
		if diff := cmp.Diff(page.Request{After: position, Limit: defaultLimit}, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/users?cursor="+*cursor, nil)
		r.Pattern = "/api/v1/users"
		if err := published.Operation(r).Validate(r); err != nil {
			t.Errorf("the contract refuses our own cursor: %v", err)
		}
		for _, other := range []listing{
			newListing(ids.MustParse[ids.Tenant](contoso), "events", map[string]string{"project": "Payments"}),
			newListing(ids.MustParse[ids.Tenant](contoso), "entries", map[string]string{"project": "Storefront"}),
			newListing(ids.MustParse[ids.Tenant](fabrikam), "entries", map[string]string{"project": "Payments"}),
		} {
			if _, err := other.page(cursor, nil); errs.CodeOf(err) != "cursor_invalid" {
				t.Errorf("another listing takes it: %v", err)
			}
		}
	}
	if payments.next(page.Position{}) != nil {
		t.Error("a listing that has ended has a cursor")
	}
	limit := 7
	if start, err := payments.page(nil, &limit); err != nil || start != (page.Request{Limit: 7}) {
		t.Errorf("without a cursor: %+v, %v", start, err)
	}
}

func FuzzCursor(f *testing.F) {
	entries := newListing(ids.Tenant{}, "entries", nil)
	id := uuid.Must(uuid.NewV7()).String()
	f.Add(*entries.next(page.Position{At: time.UnixMilli(1), ID: ids.MustParse[ids.Any](id)}))
	f.Add(*entries.next(page.Position{Name: "Ada", ID: ids.MustParse[ids.Any](id)}))
	f.Add("AAAA\n")
	f.Fuzz(func(t *testing.T, text string) {
		request, err := entries.page(&text, nil)
		if err != nil {
			if errs.CodeOf(err) != "cursor_invalid" {
				t.Errorf("%v", err)
			}
			return
		}
		if again := entries.next(request.After); again == nil || *again != text {
			t.Errorf("%q is read as %+v, which is written otherwise", text, request.After)
		}
	})
}

func TestBucketsAreBounded(t *testing.T) {
	buckets := newBuckets(Rate{PerSecond: 1, Burst: 2})
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for range maxBuckets*2 + 10 {
		buckets.take(bucketKey{object: ids.New[ids.Object]()}, now)
	}
	if kept := len(buckets.current) + len(buckets.previous); kept > 2*maxBuckets {
		t.Errorf("%d buckets are kept", kept)
	}
	one := bucketKey{object: ids.Object{'o'}}
	buckets.take(one, now)
	buckets.take(one, now)
	if buckets.take(one, now).wait == 0 {
		t.Error("an empty bucket gives")
	}
	// A bucket that is dropped after a window was full again.
	now = now.Add(time.Second)
	if buckets.take(one, now).wait != 0 {
		t.Error("a bucket with one token does not give it")
	}
	now = now.Add(time.Second)
	if l := buckets.take(one, now); l.wait != 0 || l.remaining != 0 {
		t.Errorf("a generation has forgotten a bucket that was not full: %+v", l)
	}
}
