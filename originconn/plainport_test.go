package originconn_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/conntest"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// TestPlainPort: an origin that refuses HTTPS and answers HTTP on its other port is
// reported (CF-CONN-08), and is asked once for all attempts and requests.
func TestPlainPort(t *testing.T) {
	t.Parallel()
	var asked []string
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.Host)
		w.Header().Set("Location", "https://elsewhere.example/")
		w.WriteHeader(301)
	}))
	defer web.Close()
	notHTTP, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer notHTTP.Close()
	go func() {
		for {
			conn, err := notHTTP.Accept()
			if err != nil {
				return
			}
			io.WriteString(conn, "SSH-2.0-x\r\n")
			conn.Close()
		}
	}()
	for _, row := range []struct {
		name, plain string
		port        int
		want        string
		hint        bool
	}{
		{"HTTP", web.Listener.Addr().String(), 80, `; port 80 answers HTTP ("HTTP/1.1 301 Moved Permanently")`, true},
		{"not HTTP", notHTTP.Addr().String(), 80, "", false},
		{"nothing", conntest.ClosedPort(t), 80, "", false},
		{"not asked", web.Listener.Addr().String(), 0, "", false},
	} {
		client := conntest.Watch(t, &originconn.Client{ExplainWithin: time.Minute, ConnectTo: map[string]string{
			"origin.example:443": conntest.ClosedPort(t), "origin.example:80": row.plain,
		}})
		target := defaults()
		target.Port, target.TLS, target.PlainPort = 443, true, row.port
		target.Offer = policy.OfferFor([]distribution.SSLProtocol{distribution.TLSv12}, policy.CurrentSnapshot())
		for range 2 {
			result := client.Do(context.Background(), target, get())
			if result.Cause == nil || result.Cause.Name != policy.CauseConnectRefused || len(result.Attempts) != 3 {
				t.Fatalf("%s: got %+v", row.name, result)
			}
			if got := result.Cause.Detail; strings.Contains(got, "port 80") != row.hint || !strings.Contains(got, row.want) || strings.Contains(result.Cause.Hint, "http-only") != row.hint {
				t.Errorf("%s: detail %q, hint %q", row.name, got, result.Cause.Hint)
			}
		}
		client.Close()
	}
	if len(asked) != 1 || asked[0] != "HEAD origin.example" {
		t.Errorf("the plain port was asked %q", asked)
	}
}

// TestPlainPortMapped: where --connect sends both ports to one address, there is
// no other port to ask.
func TestPlainPortMapped(t *testing.T) {
	t.Parallel()
	client := conntest.Watch(t, &originconn.Client{ExplainWithin: time.Minute, ConnectTo: map[string]string{"origin.example": conntest.ClosedPort(t)}})
	defer client.Close()
	target := defaults()
	target.Port, target.TLS, target.PlainPort = 443, true, 80
	target.Offer = policy.OfferFor([]distribution.SSLProtocol{distribution.TLSv12}, policy.CurrentSnapshot())
	result := client.Do(t.Context(), target, get())
	if last := result.Attempts[len(result.Attempts)-1]; last.Explanation != nil || strings.Contains(result.Cause.Detail, "port 80") {
		t.Errorf("got %+v", result.Cause)
	}
}

// TestTLSAtPlainPort: an alert instead of a response says which port this is.
func TestTLSAtPlainPort(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		alert := "\x15\x03\x01\x00\x02\x02\x46"
		for _, origin := range []func(net.Conn){says(alert), says(alert, hang{})} {
			result := pipes(t, origin).Do(t.Context(), defaults(), get())
			if c := result.Cause; c == nil || c.Name != policy.CauseResponseInvalid || !strings.Contains(c.Detail, "speaks TLS") || !strings.Contains(c.Hint, "https-only") {
				t.Errorf("got %+v", c)
			}
		}
	})
}
