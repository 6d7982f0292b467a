package bench

import (
	"fmt"
	"io"
	"slices"
	"testing"
	"text/tabwriter"
	"time"
)

// contender is one of several that are compared. The first is the product, the others are floors.
type contender struct {
	name    string
	measure func(b *testing.B) sample
}

// sample is the result of one round of one contender.
type sample struct {
	rate      float64 // per second
	latencies []time.Duration
}

// outcome is the result of all rounds of one contender.
type outcome struct {
	rates     []float64
	latencies []time.Duration
}

func (o outcome) rate() float64 { return median(o.rates) }

// quantile is the latency in ms that the share q of the calls did not exceed.
func (o outcome) quantile(q float64) float64 {
	slices.Sort(o.latencies)
	at := int(q * float64(len(o.latencies)-1))
	return float64(o.latencies[at].Microseconds()) / 1000
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// ratio is the median of the rounds' ratios of one contender to another. A disturbance that lasts longer than a round
// affects both.
func ratio(one, other outcome) float64 {
	ratios := make([]float64, len(one.rates))
	for i := range ratios {
		ratios[i] = one.rates[i] / other.rates[i]
	}
	return median(ratios)
}

// compare runs the contenders in turns, and every round begins with another one. A round is one iteration of the
// benchmark.
func compare(b *testing.B, contenders ...contender) []outcome {
	b.Helper()
	outcomes := make([]outcome, len(contenders))
	for _, c := range contenders {
		c.measure(b) // to warm up
	}
	round := 0
	for b.Loop() {
		for i := range contenders {
			at := (round + i) % len(contenders)
			one := contenders[at].measure(b)
			outcomes[at].rates = append(outcomes[at].rates, one.rate)
			outcomes[at].latencies = append(outcomes[at].latencies, one.latencies...)
		}
		round++
	}
	b.ReportMetric(0, "ns/op") // the length of a round means nothing
	for i, c := range contenders {
		b.ReportMetric(outcomes[i].rate(), c.name+"/s")
	}
	return outcomes
}

// repeat calls do for about a round, at least once.
func repeat(b *testing.B, do func() error) sample {
	b.Helper()
	began, done := time.Now(), 0
	for time.Since(began) < roundLength() || done == 0 {
		if err := do(); err != nil {
			b.Fatal(err)
		}
		done++
	}
	return sample{rate: float64(done) / time.Since(began).Seconds()}
}

// summary collects the ratios for one table.
type summary struct{ rows [][4]string }

// add adds a ratio and, if there is one, its aim.
func (s *summary) add(what string, value float64, aim, detail string) {
	s.rows = append(s.rows, [4]string{what, fmt.Sprintf("%.2f", value), aim, detail})
}

func (s *summary) print(to io.Writer) {
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\nwhat\tratio\taim\tdetail")
	for _, row := range s.rows {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", row[0], row[1], row[2], row[3])
	}
	_ = table.Flush()
}
