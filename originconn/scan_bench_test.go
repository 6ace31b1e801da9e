package originconn_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/originconn"
)

// nginxOrigin starts an nginx with the suites of its default configuration.
func nginxOrigin(t testing.TB, directives string) string {
	t.Helper()
	c := scanCertificates{t}.Get("good-rsa")
	s := peers.Nginx(t, `server {
		listen {{address "tls"}} ssl;
		ssl_certificate `+c.Chain+`;
		ssl_certificate_key `+c.Key+`;
		`+directives+`
		return 200 ok;
	}`)
	return s.Address("tls")
}

// BenchmarkScan scans an nginx on loopback and one that is 50 ms away, with a
// client that takes a round trip to connect. The issue wants 60 ms and 0.5 s, in
// every run: the slowest one is reported, too.
func BenchmarkScan(b *testing.B) {
	for _, key := range []string{"good-rsa", "good-ecdsa"} {
		for _, order := range []string{"off", "on"} {
			address := nginxWith(b, []string{key}, "ssl_protocols TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers "+order+";")
			for _, distance := range []time.Duration{0, roundTrip} {
				b.Run(fmt.Sprintf("%s/prefer-server-%s/%s", key, order, distance), func(b *testing.B) {
					client, n := counted(b, address, distance)
					var slowest time.Duration
					b.ResetTimer()
					for range b.N {
						r, err := client.Scan(b.Context(), scanTarget(), originconn.ScanOptions{})
						if err != nil {
							b.Fatal(err)
						}
						if !r.Complete() {
							b.Log(r.Limits)
						}
						slowest = max(slowest, r.Duration)
					}
					b.ReportMetric(float64(n.count())/float64(b.N), "connections/op")
					b.ReportMetric(float64(slowest)/1e6, "slowest-ms")
				})
			}
		}
	}
}
