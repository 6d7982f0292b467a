package sqlstore

import (
	"bytes"
	"testing"
)

func FuzzAnswers(f *testing.F) {
	f.Add("", []byte(nil))
	f.Add(`"0193a5b0-1234-7abc-8def-00000000000a.1"`, []byte(`{"timer":{"id":"0193a5b0-1234-7abc-8def-00000000000a"}}`))
	f.Fuzz(func(t *testing.T, etag string, body []byte) {
		if len(etag) > 255 {
			return // an entity tag is an id and a revision
		}
		gotTag, gotBody, err := unpackAnswer(packAnswer(etag, body))
		if err != nil || gotTag != etag || !bytes.Equal(gotBody, body) {
			t.Errorf("%q %q comes back as %q %q (%v)", etag, body, gotTag, gotBody, err)
		}
	})
}

func FuzzBrokenAnswers(f *testing.F) {
	f.Add([]byte(nil))
	f.Add([]byte{answerFormat})
	f.Add(packAnswer("etag", []byte("body"))[:8])
	f.Fuzz(func(_ *testing.T, packed []byte) {
		_, _, _ = unpackAnswer(packed) // must not panic
	})
}

// A usual answer takes less than half of its size.
func TestAnswersAreSmall(t *testing.T) {
	body := []byte(`{"timer":{"id":"0193a5b0-1234-7abc-8def-00000000000a","etag":"\"0193a5b0-1234-7abc-8def-00000000000a.1\"",` +
		`"user":{"id":"0193a5b0-9999-7abc-8def-0000000000aa","name":"Ada Lovelace"},"work_item":{"tracker":"azure_devops",` +
		`"organization":"contoso","project":"Payments","id":"101","title":"Refund twice when the gateway times out","type":"Bug"},` +
		`"source":"timer","running":true,"started_at":"2026-11-28T23:59:59.123Z","elapsed_ms":0,"needs_review":false},` +
		`"created":true,"now":"2026-11-28T23:59:59.123Z"}`)
	packed := packAnswer(`"0193a5b0-1234-7abc-8def-00000000000a.1"`, body)
	if len(packed)*2 > len(body) {
		t.Errorf("%d bytes are kept as %d", len(body), len(packed))
	}
}
