package bench

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// gauges are what must not grow, by the name of the metric.
var gauges = []struct {
	metric, what, unit string
	divisor            float64
}{
	{"process_resident_memory_bytes", "resident memory", "MiB", 1 << 20},
	{"go_goroutines", "goroutines", "", 1},
	{"process_open_fds", "open files", "", 1},
	{walBytes, "write-ahead log", "MiB", 1 << 20},
}

// walBytes is the size of the file's write-ahead log, which is no metric of the product's.
const walBytes = "wal_bytes"

// watch follows what a deployment holds while it is used.
type watch struct {
	samples map[string][]float64 // of each gauge: the most of all replicas, once a second
	// processor is the processor time of all replicas, in seconds.
	processor float64
}

// follow looks once a second.
func (w *watch) follow(ctx context.Context, b *testing.B, world deployment) {
	w.samples = make(map[string][]float64)
	second := time.NewTicker(time.Second)
	defer second.Stop()
	first := -1.0
	for {
		spent, err := w.look(b.Context(), world)
		if err != nil {
			b.Error(err)
			return
		}
		if first < 0 {
			first = spent
		}
		w.processor = spent - first
		select {
		case <-second.C:
		case <-ctx.Done():
			return
		}
	}
}

// look takes a sample, and gives the processor time of all replicas up to now.
func (w *watch) look(ctx context.Context, world deployment) (spent float64, err error) {
	most := make(map[string]float64)
	if info, err := os.Stat(world.file + "-wal"); err == nil {
		most[walBytes] = float64(info.Size())
	}
	for _, replica := range world.replicas {
		values, err := scrape(ctx, replica.internal)
		if err != nil {
			return 0, err
		}
		spent += values["process_cpu_seconds_total"]
		for name, value := range values {
			most[name] = max(most[name], value)
		}
	}
	for _, gauge := range gauges {
		w.samples[gauge.metric] = append(w.samples[gauge.metric], most[gauge.metric])
	}
	return spent, nil
}

// scrape reads the metrics without labels.
func scrape(ctx context.Context, address string) (map[string]float64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/metrics", http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(response.Body)
	if err != nil {
		return nil, fmt.Errorf("metrics of %s: %w", address, err)
	}
	values := make(map[string]float64)
	for name, family := range families {
		for _, metric := range family.GetMetric() {
			if len(metric.GetLabel()) == 0 {
				values[name] = metric.GetGauge().GetValue() + metric.GetCounter().GetValue()
			}
		}
	}
	return values, nil
}

// report adds a row for each gauge: the most in the last third of the time, in relation to the most in the second.
func (w *watch) report(s *summary, what string) {
	for _, gauge := range gauges {
		samples := w.samples[gauge.metric]
		third := len(samples) / 3
		middle, last := most(samples[third:len(samples)-third]), most(samples[len(samples)-third-1:])
		if middle == 0 {
			continue
		}
		s.add(what+": "+gauge.what+", last third / second third", last/middle, "≤ 1.1",
			strings.TrimSpace(fmt.Sprintf("%.0f / %.0f %s", last/gauge.divisor, middle/gauge.divisor, gauge.unit)))
	}
}

func most(values []float64) (largest float64) {
	for _, value := range values {
		largest = max(largest, value)
	}
	return largest
}
