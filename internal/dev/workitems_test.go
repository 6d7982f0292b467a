package dev_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timetracker/api"
	"timetracker/internal/apptest"
)

// TestDevFindsWorkItems goes from the API through the exchange of the token to Azure DevOps' stand-in and back, over TLS.
// The page of the stand-in has its own address, over TLS or not.
func TestDevFindsWorkItems(t *testing.T) {
	for _, scheme := range []string{"http", "https"} {
		t.Run(scheme, func(t *testing.T) {
			o := apptest.DevOptions(t, t.TempDir())
			o.Empty = true
			o.DevOpsURL = scheme + "://localhost:" + o.DevOpsListen[strings.LastIndexByte(o.DevOpsListen, ':')+1:]
			d := apptest.StartDev(t, o)
			for user, want := range map[string][]string{ada: {"132 Rotate the keys of the card vault"}, margaret: nil} {
				var found api.FoundWorkItems
				d.Call(t, user, http.MethodGet, "/work-items/search?q=vault", "", http.StatusOK, &found)
				var got []string
				for _, item := range found.Data {
					got = append(got, item.Id+" "+*item.Title)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s finds (-want +got):\n%s", user, diff)
				}
			}
		})
	}
}
