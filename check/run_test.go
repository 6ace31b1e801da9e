package check_test

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"testing"
	"time"

	"github.com/edgesim/edgesim/check"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/lab"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// noon is the instant at which the labs of these tests live.
var noon = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

// newLab runs origins, all of them where none is named, and makes the client
// that reaches and trusts them.
func newLab(t testing.TB, names ...string) (*lab.Lab, *originconn.Client) {
	t.Helper()
	l, err := lab.Start(context.Background(), lab.Config{Only: names, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(l.CAPEM())
	root, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	trust := originconn.TrustWith(root)
	client := &originconn.Client{
		ConnectTo: l.Connect(), Now: clock, ExplainWithin: time.Minute, MaxExplanations: check.DefaultParallel,
		Trust: func() *policy.TrustStore { return trust },
	}
	t.Cleanup(func() {
		client.Close()
		l.Close()
	})
	return l, client
}

// checkLab checks the lab's own distribution.
func checkLab(t testing.TB, cfg check.Config, names ...string) *check.Report {
	t.Helper()
	l, client := newLab(t, names...)
	cfg.Subjects = []check.Subject{{Name: "lab", Edge: &edge.Edge{Distribution: l.Distribution(), Client: client}}}
	return run(t, cfg)
}

func run(t testing.TB, cfg check.Config) *check.Report {
	t.Helper()
	if cfg.Now == nil {
		cfg.Now = clock
	}
	r, err := check.Run(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
