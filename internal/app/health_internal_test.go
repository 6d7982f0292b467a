package app

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHealthAsksForARestart(t *testing.T) {
	for _, test := range []struct {
		reason error
		status int
		says   string
	}{
		{nil, 200, "ok"},
		{errors.New("the disk is broken"), 503, "the disk is broken"},
	} {
		answer := httptest.NewRecorder()
		health(func() error { return test.reason })(answer, httptest.NewRequest(http.MethodGet, "/healthz", nil))
		if answer.Code != test.status || !strings.Contains(answer.Body.String(), test.says) {
			t.Errorf("%v is answered by %d %s", test.reason, answer.Code, answer.Body)
		}
	}
}
