package lab_test

import (
	"net"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/lab"
)

// TestDistribution wants a distribution that CloudFront would accept, in which
// every fault has its path.
func TestDistribution(t *testing.T) {
	t.Parallel()
	l := startLab(t, lab.Config{})
	d := l.Distribution()
	for _, problem := range d.Validate() {
		t.Errorf("CloudFront would refuse it: %v", problem)
	}
	if len(l.Origins()) != len(lab.Faults()) {
		t.Errorf("got %d origins, want %d", len(l.Origins()), len(lab.Faults()))
	}
	for _, o := range l.Origins() {
		for _, path := range []string{"/" + o.Name, "/" + o.Name + "/below"} {
			b := d.Match(path)
			if b.TargetOriginID != o.Name {
				t.Errorf("%s goes to %q", path, b.TargetOriginID)
			}
			if b.OriginRequestPolicy == nil || b.CachePolicy == nil || len(b.AllowedMethods) != 7 {
				t.Errorf("%s has no policies, or only methods %q", path, b.AllowedMethods)
			}
		}
		origin, ok := d.Origin(o.Name)
		if !ok {
			t.Errorf("no origin %q", o.Name)
			continue
		}
		if origin.DomainName != o.Host() {
			t.Errorf("got domain %q, want %q", origin.DomainName, o.Host())
		}
		want := distribution.OriginHTTPSOnly
		if o.Scheme == "http" {
			want = distribution.OriginHTTPOnly
		}
		if origin.ProtocolPolicy != want {
			t.Errorf("%s: got protocol policy %q, want %q", o.Name, origin.ProtocolPolicy, want)
		}
		if wait := longest(origin); o.Status == 504 && wait > 3*time.Second {
			t.Errorf("%s: a person waits %v for the answer", o.Name, wait)
		}
	}
	for _, path := range []string{"/", "/nothing"} {
		if got := d.Match(path).TargetOriginID; got != "healthy-ecdsa" {
			t.Errorf("%s goes to %q", path, got)
		}
	}
}

// longest is how long a viewer waits for a timeout of this origin.
func longest(o *distribution.Origin) time.Duration {
	if o.ResponseCompletionTimeout != 0 {
		return o.ResponseCompletionTimeout
	}
	if o.ID == "slow-post" { // not tried again
		return o.ResponseTimeout
	}
	return time.Duration(o.ConnectionAttempts) * min(o.ConnectionTimeout, o.ResponseTimeout)
}

func TestDefaultOrigin(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name string
		only []string
		want string
	}{
		{"another healthy one", []string{"expired", "healthy-http"}, "healthy-http"},
		{"none healthy", []string{"wrong-name", "expired"}, "expired"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			l := startLab(t, lab.Config{Only: row.only})
			if got := l.Distribution().DefaultBehavior.TargetOriginID; got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func TestConnect(t *testing.T) {
	t.Parallel()
	l := startLab(t, lab.Config{Only: []string{"dns-failure", "expired", "connect-refused"}})
	connect := l.Connect()
	var got []string
	for _, o := range l.Origins() {
		if address := connect[o.Host()]; address != o.Address {
			t.Errorf("%s: got %q, want %q", o.Name, address, o.Address)
		}
		if o.Address != "" {
			got = append(got, o.Name)
		}
	}
	if want := []string{"connect-refused", "expired"}; !slices.Equal(got, want) || len(connect) != 2 {
		t.Errorf("got addresses of %q, want %q", got, want)
	}
}

// TestNamedDistribution proves that every origin has the port it listens on, and
// that one whose name does not resolve keeps the standard one.
func TestNamedDistribution(t *testing.T) {
	t.Parallel()
	l := startLab(t, lab.Config{Only: []string{"healthy-http", "expired", "dns-failure"}})
	d := l.NamedDistribution()
	for i, o := range l.Origins() {
		configured, want := d.Origins[i].HTTPSPort, "443"
		if o.Scheme == "http" {
			configured = d.Origins[i].HTTPPort
		}
		if o.Address != "" {
			_, port, err := net.SplitHostPort(o.Address)
			if err != nil {
				t.Fatal(err)
			}
			want = port
		}
		if got := strconv.Itoa(configured); got != want {
			t.Errorf("%s: got the port %s, want %s", o.Name, got, want)
		}
	}
}
