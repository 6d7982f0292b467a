package httpapi_test

import (
	"strings"
	"testing"

	"timetracker/api"
	"timetracker/internal/proof"
)

// TestProof verifies a chain, and takes it along.
func TestProof(t *testing.T) {
	r := newRig(t)
	r.signUp()
	const status, verification = "/api/v1/tenant/proof/status", "/api/v1/tenant/proof/verification"
	before := as[api.ProofStatus](t, r.do(call{as: ada, path: status}), 200)
	if before.Links != 0 || before.Head != nil || before.WaitingSince == nil {
		t.Errorf("before it is sealed: %+v", before)
	}
	chains := proof.NewService(r.store, r.clock.now)
	if err := chains.SealAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	after := as[api.ProofStatus](t, r.do(call{as: ada, path: status}), 200)
	if after.Links == 0 || after.Head == nil || after.SealedAt == nil || after.WaitingSince != nil {
		t.Fatalf("sealed: %+v", after)
	}
	report := as[api.ProofVerification](t, r.do(call{as: ada, path: verification + "?head=" + *after.Head}), 200)
	if !report.Holds || report.Links != after.Links || *report.Head != *after.Head || report.Fault != nil {
		t.Errorf("verified: %+v", report)
	}
	other := "1:" + strings.Repeat("0", 64)
	report = as[api.ProofVerification](t, r.do(call{as: ada, path: verification + "?head=" + other}), 200)
	if report.Holds || report.Fault == nil || report.Fault.Reason != api.HeadMismatched || *report.Fault.Link != 1 || report.Fault.Message == "" {
		t.Errorf("another head: %+v", report)
	}
	problem(t, r.do(call{as: ada, path: verification + "?head=1:2"}), 422, "head_invalid")

	file := r.do(call{as: ada, path: "/api/v1/tenant/proof"})
	if file.status != 200 || file.header.Get("Content-Type") != "application/x-ndjson" ||
		!strings.Contains(file.header.Get("Content-Disposition"), `filename="chain-contoso.jsonl"`) {
		t.Fatalf("exported: %d %v", file.status, file.header)
	}
	_, read, err := proof.VerifyExport(strings.NewReader(file.body), nil)
	if err != nil || read.Fault != nil || read.Head.String() != *after.Head {
		t.Errorf("the file says %+v, %v", read, err)
	}
}
