package telemetry

import (
	"math"
	"time"

	dto "github.com/prometheus/client_model/go"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
)

// inOTLP writes Prometheus's metrics in OTLP, so that each is defined once. Counts are since the process began:
// https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
func inOTLP(families []*dto.MetricFamily, began, now time.Time) []*metricspb.Metric {
	from, at := uint64(began.UnixNano()), uint64(now.UnixNano())
	all := make([]*metricspb.Metric, 0, len(families))
	for _, family := range families {
		metric := &metricspb.Metric{Name: family.GetName(), Description: family.GetHelp()}
		switch family.GetType() {
		case dto.MetricType_COUNTER:
			points := numbers(family, from, at, func(m *dto.Metric) float64 { return m.GetCounter().GetValue() })
			metric.Data = &metricspb.Metric_Sum{Sum: &metricspb.Sum{DataPoints: points, IsMonotonic: true, AggregationTemporality: cumulative}}
		case dto.MetricType_GAUGE:
			points := numbers(family, 0, at, func(m *dto.Metric) float64 { return m.GetGauge().GetValue() })
			metric.Data = &metricspb.Metric_Gauge{Gauge: &metricspb.Gauge{DataPoints: points}}
		case dto.MetricType_HISTOGRAM:
			metric.Data = &metricspb.Metric_Histogram{Histogram: &metricspb.Histogram{
				DataPoints: histograms(family, from, at), AggregationTemporality: cumulative,
			}}
		case dto.MetricType_SUMMARY:
			metric.Data = &metricspb.Metric_Summary{Summary: &metricspb.Summary{DataPoints: summaries(family, from, at)}}
		default: // we have no others
			continue
		}
		all = append(all, metric)
	}
	return all
}

const cumulative = metricspb.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE

func numbers(family *dto.MetricFamily, from, at uint64, value func(*dto.Metric) float64) []*metricspb.NumberDataPoint {
	points := make([]*metricspb.NumberDataPoint, len(family.GetMetric()))
	for i, m := range family.GetMetric() {
		points[i] = &metricspb.NumberDataPoint{
			Attributes: labels(m), StartTimeUnixNano: from, TimeUnixNano: at, Value: &metricspb.NumberDataPoint_AsDouble{AsDouble: value(m)},
		}
	}
	return points
}

// histograms take each bucket's own count out of Prometheus's, which include all lower buckets.
func histograms(family *dto.MetricFamily, from, at uint64) []*metricspb.HistogramDataPoint {
	points := make([]*metricspb.HistogramDataPoint, len(family.GetMetric()))
	for i, m := range family.GetMetric() {
		h := m.GetHistogram()
		sum := h.GetSampleSum()
		point := &metricspb.HistogramDataPoint{
			Attributes: labels(m), StartTimeUnixNano: from, TimeUnixNano: at, Count: h.GetSampleCount(), Sum: &sum,
		}
		below := uint64(0)
		for _, bucket := range h.GetBucket() {
			if math.IsInf(bucket.GetUpperBound(), 1) {
				continue
			}
			point.ExplicitBounds = append(point.ExplicitBounds, bucket.GetUpperBound())
			point.BucketCounts = append(point.BucketCounts, bucket.GetCumulativeCount()-below)
			below = bucket.GetCumulativeCount()
		}
		point.BucketCounts = append(point.BucketCounts, h.GetSampleCount()-below)
		points[i] = point
	}
	return points
}

func summaries(family *dto.MetricFamily, from, at uint64) []*metricspb.SummaryDataPoint {
	points := make([]*metricspb.SummaryDataPoint, len(family.GetMetric()))
	for i, m := range family.GetMetric() {
		s := m.GetSummary()
		point := &metricspb.SummaryDataPoint{
			Attributes: labels(m), StartTimeUnixNano: from, TimeUnixNano: at, Count: s.GetSampleCount(), Sum: s.GetSampleSum(),
		}
		for _, q := range s.GetQuantile() {
			point.QuantileValues = append(point.QuantileValues,
				&metricspb.SummaryDataPoint_ValueAtQuantile{Quantile: q.GetQuantile(), Value: q.GetValue()})
		}
		points[i] = point
	}
	return points
}

func labels(m *dto.Metric) []*commonpb.KeyValue {
	pairs := make([]*commonpb.KeyValue, len(m.GetLabel()))
	for i, label := range m.GetLabel() {
		pairs[i] = textPair(label.GetName(), label.GetValue())
	}
	return pairs
}

func textPair(name, value string) *commonpb.KeyValue {
	return &commonpb.KeyValue{Key: name, Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: value}}}
}
