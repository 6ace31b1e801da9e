package e2e_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
)

// application starts an application that is not ours and an edge in front of it.
func application(t *testing.T) *edgesim {
	t.Helper()
	p := peers.Start(t, peers.Python(t, []string{"aiohttp"}, "testdata/application/server.py"))
	said := regexp.MustCompile(`port (\d+)`)
	p.AwaitReady(t, "telling its port", func() bool { return said.MatchString(p.Output()) })
	return serve(t, "--origin", "http://127.0.0.1:"+said.FindStringSubmatch(p.Output())[1])
}

// TestApplication: cookies, chunks and compression of a real application reach a
// real viewer as it made them.
func TestApplication(t *testing.T) {
	t.Parallel()
	e := application(t)
	jar := filepath.Join(t.TempDir(), "jar")
	page := peers.Curl(t, "-b", jar, "-c", jar, "http://"+e.HTTP+"/")
	if page.Status != 200 || len(page.Header.Values("Set-Cookie")) != 2 || !strings.Contains(string(page.Body), "application") {
		t.Errorf("CF-RESP-02: got %d %v", page.Status, page.Header)
	}
	if who := peers.Curl(t, "-b", jar, "http://"+e.HTTP+"/whoami"); string(who.Body) != "cookies: session=abc, theme=dark" {
		t.Errorf("CF-COOKIE-01: the application sees %q", who.Body)
	}
	ca := exportCA(t, e)
	for _, proto := range []string{"--http1.1", "--http2"} {
		style := peers.Curl(t, proto, "--cacert", ca, "--compressed", "https://"+e.HTTPS+"/style.css")
		if style.Header.Get("Content-Encoding") != "gzip" || !strings.HasPrefix(string(style.Body), "body { color") {
			t.Errorf("%s: got %v, %q", proto, style.Header, style.Body)
		}
		chunks := peers.Curl(t, proto, "--cacert", ca, "https://"+e.HTTPS+"/chunks")
		if len(chunks.Body) != 100*100 || !strings.HasSuffix(string(chunks.Body), "0099") || chunks.Header.Get("Content-Length") != "" {
			t.Errorf("%s: got %d bytes, %v", proto, len(chunks.Body), chunks.Header)
		}
	}
	body := filepath.Join(t.TempDir(), "body")
	if err := os.WriteFile(body, pattern(5<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	for transfer, want := range map[string]string{"chunked": "5242880 bytes, chunked", "": "5242880 bytes, with a length"} {
		if got := peers.Curl(t, "-H", "Transfer-Encoding: "+transfer, "-X", "POST", "-T", body, "http://"+e.HTTP+"/upload"); string(got.Body) != want {
			t.Errorf("upload %q: the application says %q", transfer, got.Body)
		}
	}
}

// tunnels returns the recorded tunnels, by protocol.
func (e *edgesim) tunnels(t *testing.T) map[string]tunnel {
	t.Helper()
	r, err := http.Get("http://" + e.Inspect + "/api/exchanges?path=/echo")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var list struct {
		Exchanges []struct{ ID string } `json:"exchanges"`
	}
	if err := json.NewDecoder(r.Body).Decode(&list); err != nil {
		t.Fatal(err)
	}
	found := map[string]tunnel{}
	for _, x := range list.Exchanges {
		one, err := http.Get("http://" + e.Inspect + "/api/exchanges/" + x.ID)
		if err != nil {
			t.Fatal(err)
		}
		var whole struct{ Tunnel tunnel }
		data, _ := io.ReadAll(one.Body)
		one.Body.Close()
		if err := json.Unmarshal(data, &whole); err != nil {
			t.Fatalf("%v in %s", err, data)
		}
		found[whole.Tunnel.Protocol] = whole.Tunnel
	}
	return found
}

type tunnel struct {
	Protocol        string `json:"protocol"`
	FromViewerBytes int    `json:"fromViewerBytes"`
	FromOriginBytes int    `json:"fromOriginBytes"`
	Ended           string `json:"ended"`
}

// TestWebSocketPeers: a WebSocket client and a server of different makes, with
// a subprotocol, compression, large and binary messages, pings and a close code
// of the server's (CF-WS-01, CF-WS-04).
func TestWebSocketPeers(t *testing.T) {
	t.Parallel()
	e := application(t)
	ca := exportCA(t, e)
	_, port, _ := strings.Cut(e.HTTPS, ":")
	for _, args := range [][]string{{"ws://" + e.HTTP + "/echo"}, {"wss://localhost:" + port + "/echo", ca}} {
		command := peers.Python(t, []string{"websockets"}, append([]string{"testdata/application/client.py"}, args...)...)
		out, err := command.CombinedOutput()
		if err != nil || string(out) != "protocol chat extensions ['permessage-deflate']\nclosed 4001 as you wish\n" {
			t.Errorf("%s: %v\n%s", args[0], err, out)
		}
	}
	peers.Await(t, "both tunnels being recorded", func() bool { return len(e.tunnels(t)) == 2 })
	for protocol, seen := range e.tunnels(t) {
		if seen.FromViewerBytes < 100 || seen.FromOriginBytes < 100 || !strings.HasSuffix(seen.Ended, "-closed") {
			t.Errorf("%s is recorded as %+v", protocol, seen)
		}
	}
}

// TestBrowser opens a page with a style sheet, cookies and a WebSocket in a real browser,
// over HTTP and over HTTPS, where it uses HTTP/2 and an HTTP/1.1 connection for the
// WebSocket (CF-WS-03).
func TestBrowser(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{"http", "https"} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			e := application(t)
			address, protocol := e.HTTP, "ws"
			if scheme == "https" {
				address, protocol = e.HTTPS, "wss"
			}
			page := peers.Chromium(t, scheme+"://"+address+"/")
			for _, want := range []string{
				`<p id="cookie">cookies: session=abc, theme=dark</p>`, `<p id="style">rgb(1, 2, 3)</p>`, `<p id="socket">echo: hello from the browser</p>`,
			} {
				if !strings.Contains(page, want) {
					t.Errorf("the page lacks %s:\n%s", want, page)
				}
			}
			peers.Await(t, "the tunnel being recorded", func() bool { return len(e.tunnels(t)) > 0 })
			if seen := e.tunnels(t)[protocol]; seen.FromViewerBytes == 0 || seen.FromOriginBytes == 0 {
				t.Errorf("recorded as %+v", e.tunnels(t))
			}
		})
	}
}
