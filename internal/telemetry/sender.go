package telemetry

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/proto"
)

// sender posts the messages of a signal to a collector: https://opentelemetry.io/docs/specs/otlp/#otlphttp. It tries each
// once. It counts what was sent, and tells the log when sending begins to fail and when it works again.
type sender struct {
	signal  string
	address string
	headers map[string]string
	timeout time.Duration
	client  *http.Client
	metrics *Metrics
	reason  func(error) error
	log     *slog.Logger
	failing atomic.Bool
}

func newSender(signal, address string, o OTLP, metrics *Metrics) (*sender, error) {
	client, err := o.Client(address)
	if err != nil {
		return nil, err
	}
	for _, result := range []string{resultOf(nil), resultFailed} {
		metrics.exports.WithLabelValues(signal, result)
	}
	return &sender{
		signal: signal, address: address, headers: o.Headers, timeout: o.Timeout, client: client, metrics: metrics, reason: o.Reason,
		log: o.Log,
	}, nil
}

func (s *sender) send(ctx context.Context, message proto.Message) error {
	err := s.post(ctx, message)
	s.metrics.exported(s.signal, err)
	switch failing := err != nil; {
	case failing && !s.failing.Swap(true):
		s.log.WarnContext(ctx, "telemetry can't be sent", "signal", s.signal, "error", err)
	case !failing && s.failing.Swap(false):
		s.log.InfoContext(ctx, "telemetry is sent again", "signal", s.signal)
	}
	return err
}

// post makes one call. Its errors hold nothing of headers or answers.
func (s *sender) post(ctx context.Context, message proto.Message) error {
	limited, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	body, err := compressed(message)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(limited, http.MethodPost, s.address, body)
	if err != nil {
		return s.reason(err)
	}
	for name, value := range s.headers {
		request.Header.Set(name, value)
	}
	request.Header.Set("Content-Type", "application/x-protobuf")
	request.Header.Set("Content-Encoding", "gzip")
	request.Header.Set("User-Agent", "timetracker")
	response, err := s.client.Do(request)
	if err != nil {
		return s.reason(err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body) // so that the connection is kept
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("the collector answers %d", response.StatusCode)
	}
	return nil
}

func compressed(message proto.Message) (*bytes.Buffer, error) {
	encoded, err := proto.Marshal(message)
	if err != nil {
		return nil, err
	}
	body := &bytes.Buffer{}
	writer := gzip.NewWriter(body)
	if _, err = writer.Write(encoded); err == nil {
		err = writer.Close()
	}
	return body, err
}
