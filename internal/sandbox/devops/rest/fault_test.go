package rest_test

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/devops/rest"
	"timetracker/internal/sandbox/entra"
	"timetracker/internal/sandbox/sandboxtest"
)

// fail sets a fault as a script does.
func (w *world) fail(t *testing.T, service, mode string) {
	t.Helper()
	got := w.send(t, ada, http.MethodPost, "/_sandbox/faults", `{"service":"`+service+`","mode":"`+mode+`"}`, nil)
	if got.Status != http.StatusNoContent {
		t.Fatalf("%s: %d %s", mode, got.Status, got.Body)
	}
}

// try sends a request that may get no answer.
func (w *world) try(t *testing.T, method, path, body string) (*http.Response, []byte, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, w.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+w.token(t, grace, allScopes))
	request.Header.Set("Accept", "application/json;api-version=7.1")
	request.Header.Set("Content-Type", "application/json-patch+json")
	response, err := w.client.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	return response, content, err
}

const (
	itemPath  = "/contoso/_apis/wit/workItems/104"
	addAnHour = `[{"op":"add","path":"/fields/` + boards.FieldCompletedWork + `","value":12.5}]`
)

func TestFaultsThatAnswer(t *testing.T) {
	w := start(t)
	tests := map[string]struct {
		status          int
		contentType     string
		header, message string
	}{
		"down":         {503, "text/html", "", ""},
		"html":         {200, "text/html", "", ""},
		"sign_in_page": {203, "text/html", "", ""},
		"wrong_json":   {200, "application/json", "", ""},
		"throttled":    {429, "application/json", "Retry-After", "TF400733:"},
		"delayed":      {200, "application/json", "X-RateLimit-Delay", ""},
	}
	for mode, test := range tests {
		t.Run(mode, func(t *testing.T) {
			w.fail(t, "devops", mode)
			response, body, err := w.try(t, http.MethodGet, itemPath, "")
			if err != nil {
				t.Fatal(err)
			}
			if response.StatusCode != test.status || !strings.HasPrefix(response.Header.Get("Content-Type"), test.contentType) ||
				!strings.Contains(string(body), test.message) || (test.header != "" && response.Header.Get(test.header) == "") {
				t.Errorf("%d %v %s", response.StatusCode, response.Header, body)
			}
		})
	}
	w.fail(t, "devops", "off")
	if response, _, err := w.try(t, http.MethodGet, itemPath, ""); err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("without a fault: %v %v", response, err)
	}
}

func TestFaultsThatCutTheConnection(t *testing.T) {
	w := start(t)
	hours := func() any {
		t.Helper()
		return field(read(t, w.items(t, grace), 104), boards.FieldCompletedWork)
	}
	w.fail(t, "devops_writes", "reset")
	if _, _, err := w.try(t, http.MethodPatch, itemPath, addAnHour); !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.EOF) {
		t.Errorf("a reset: %v", err)
	}
	if got := hours(); got != 11.5 {
		t.Errorf("after a reset %v hours", got)
	}
	// A truncated answer is one to a patch that was done, too.
	w.fail(t, "devops_writes", "truncated")
	if _, body, err := w.try(t, http.MethodPatch, itemPath, addAnHour); err == nil || len(body) == 0 {
		t.Errorf("a truncated answer: %q %v", body, err)
	}
	if got := hours(); got != 12.5 {
		t.Errorf("after a truncated answer %v hours", got)
	}
	w.fail(t, "devops_writes", "lost_answer")
	if _, _, err := w.try(t, http.MethodPatch, itemPath, strings.Replace(addAnHour, "12.5", "13.5", 1)); err == nil {
		t.Error("a lost answer has come")
	}
	if got := hours(); got != 13.5 {
		t.Errorf("after a lost answer %v hours", got)
	}
}

// Over HTTP/2 a connection is not the request's own: the stream ends.
func TestFaultsThatCutAStream(t *testing.T) {
	w := start(t)
	server := httptest.NewUnstartedServer(w.service)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	w.fail(t, "devops", "reset")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+itemPath, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := server.Client().Do(request)
	if err == nil {
		_ = response.Body.Close()
		t.Errorf("an answer over %s", response.Proto)
	}
	w.fail(t, "devops", "off")
	response, err = server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.ProtoMajor != 2 {
		t.Errorf("over %s", response.Proto)
	}
}

func TestSlowAnswersEndWithTheClientsPatience(t *testing.T) {
	w := start(t)
	w.fail(t, "devops", "slow")
	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.base+itemPath, nil)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	response, err := w.client.Do(request)
	if err == nil {
		_ = response.Body.Close()
		t.Error("an answer has come")
	}
}

func TestTheFaultOfWritesLeavesReadingAlone(t *testing.T) {
	w := start(t)
	w.fail(t, "devops_writes", "down")
	for path, body := range map[string]string{itemPath: "", "/contoso/_apis/wit/wiql": `{"query":"SELECT [System.Id] FROM WorkItems"}`, "/contoso/_apis/wit/workItemsBatch": `{"ids":[104]}`} {
		method := http.MethodGet
		if body != "" {
			method = http.MethodPost
		}
		if response, _, err := w.try(t, method, path, body); err != nil || response.StatusCode != http.StatusOK {
			t.Errorf("%s: %v %v", path, response, err)
		}
	}
	if response, _, err := w.try(t, http.MethodPatch, itemPath, addAnHour); err != nil || response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("writing: %v %v", response, err)
	}
	got := w.send(t, ada, http.MethodPost, "/_sandbox/faults", `{"service":"devops","mode":"empty_keys"}`, nil)
	if got.Status != http.StatusBadRequest {
		t.Errorf("a fault that Azure DevOps doesn't have: %d", got.Status)
	}
}

func TestClaimsChallenge(t *testing.T) {
	w := start(t)
	w.fail(t, "devops", "claims_challenge")
	got := w.send(t, grace, http.MethodGet, itemPath, "", nil)
	_, claims, _ := strings.Cut(got.Header.Get("WWW-Authenticate"), `error="insufficient_claims", claims="`)
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(claims, `"`))
	if got.Status != http.StatusUnauthorized || err != nil || !strings.Contains(string(decoded), `"acrs"`) {
		t.Fatalf("%d %v: %s", got.Status, got.Header, decoded)
	}
	// A token from an assertion that shows the second factor answers it.
	assertion := sandboxtest.TokenPart(t, w.token(t, grace, sandbox.APIScope), 1)
	assertion["acrs"] = []string{"c1"}
	confirmed, err := w.entra.Sign(assertion, entra.SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	token := w.onBehalfOf(t, confirmed)
	if got := w.send(t, grace, http.MethodGet, itemPath, "", map[string]string{"Authorization": "Bearer " + token}); got.Status != http.StatusOK {
		t.Errorf("with the second factor: %d %s", got.Status, got.Body)
	}
}

func TestLimits(t *testing.T) {
	w := start(t)
	for _, body := range []string{`{"requests":-1}`, `{"requests":4}`, `{}x`} {
		if got := w.send(t, ada, http.MethodPost, "/_sandbox/rate-limit", body, nil); got.Status != http.StatusBadRequest {
			t.Errorf("%s: %d", body, got.Status)
		}
	}
	if got := w.send(t, ada, http.MethodPost, "/_sandbox/rate-limit", `{"requests":4,"window_seconds":300}`, nil); got.Status != http.StatusNoContent {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	type answer struct {
		Status                  int
		Limit, Remaining, Retry string
		Delayed                 bool
	}
	send := func(user string) answer {
		got := w.send(t, user, http.MethodGet, itemPath, "", nil)
		h := got.Header
		return answer{got.Status, h.Get("X-RateLimit-Limit"), h.Get("X-RateLimit-Remaining"), h.Get("Retry-After"), h.Get("X-RateLimit-Delay") != ""}
	}
	var got []answer
	for range 9 {
		got = append(got, send(grace))
		w.entra.Clock.Advance(time.Second)
	}
	want := []answer{
		{200, "", "", "", false}, {200, "", "", "", false}, {200, "4", "1", "", false}, {200, "4", "0", "", false},
		{200, "4", "0", "297", true}, {200, "4", "0", "297", true}, {200, "4", "0", "297", true}, {200, "4", "0", "297", true},
		{429, "4", "0", "296", false},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	if other := send(linus); other.Status != http.StatusOK || other.Limit != "" {
		t.Errorf("somebody else: %+v", other)
	}
	// After the time that the answer told, the limit holds no more.
	w.entra.Clock.Advance(296 * time.Second)
	if later := send(grace); later.Status != http.StatusOK || later.Delayed {
		t.Errorf("later: %+v", later)
	}
	w.service.SetLimit(rest.Limit{})
	for range 9 {
		if free := send(grace); free.Status != http.StatusOK || free.Limit != "" {
			t.Errorf("without a limit: %+v", free)
		}
	}
}
