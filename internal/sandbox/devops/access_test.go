package devops_test

import (
	"net/http"
	"testing"

	"timetracker/internal/sandbox/sandboxtest"
)

func TestAccessIsSetByRequests(t *testing.T) {
	h := sandboxtest.StartEntra(t)
	base := startDevOps(t, h)
	const payments, contoso = "2f6c91d8-4e07-4ab5-93d2-b85a0f7e1c01", "70b3d5e1-8a2f-4c69-b0d7-1e94c8f3a601"
	read := func(user string) bool {
		got := sandboxtest.Send(t, h.Client, http.MethodGet, base+"/_host/work-items/104?as="+user, "", nil)
		return got.Status == http.StatusOK && got.Object(t)["read_only"] == false
	}
	steps := []struct {
		path, body   string
		status       int
		linus, grace bool // may write then
	}{
		{"access", `{"project":"` + payments + `","access":"hidden"}`, 204, false, false},
		{"access", `{"project":"` + payments + `","access":"write","user":"linus@contoso.example"}`, 204, true, false},
		{"access", `{"project":"` + payments + `","access":"read","user":"linus@contoso.example"}`, 204, false, false},
		{"access", `{"project":"` + payments + `","access":"write"}`, 204, false, true},
		{"access", `{"project":"` + payments + `","access":"all"}`, 400, false, true},
		{"access", `{"project":"` + payments + `","access":"write","user":"nobody"}`, 400, false, true},
		{"access", `{"project":"` + contoso + `","access":"write"}`, 404, false, true},
		{"member", `{"organization":"` + contoso + `","user":"nobody","member":false}`, 400, false, true},
		{"member", `{"organization":"` + payments + `","user":"grace@contoso.example","member":false}`, 404, false, true},
		{"member", `{"organization":"` + contoso + `","user":"grace@contoso.example","member":false}`, 204, false, false},
	}
	for _, step := range steps {
		got := sandboxtest.Send(t, h.Client, http.MethodPost, base+"/_sandbox/"+step.path, step.body, nil)
		if got.Status != step.status {
			t.Errorf("%s: %d %s", step.body, got.Status, got.Body)
		}
		if linus, grace := read("linus@contoso.example"), read("grace@contoso.example"); linus != step.linus || grace != step.grace {
			t.Errorf("after %s Linus may write: %v, Grace: %v", step.body, linus, grace)
		}
	}
}
