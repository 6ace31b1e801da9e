package proxy_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/sirupsen/logrus"

	"github.com/edgesim/edgesim/proxy"
)

// TestServerLog: viewers' mistakes are logged at level debug, with a hint if one helps.
func TestServerLog(t *testing.T) {
	t.Parallel()
	pr, pw := io.Pipe()
	logger := logrus.New()
	logger.SetOutput(pw)
	logger.SetLevel(logrus.DebugLevel)
	logger.SetFormatter(&logrus.JSONFormatter{})
	s := start(t, proxy.Config{Serve: echoHost, Logger: logger})
	c := client(t, s, "http/1.1", false)
	other, err := proxy.NewCA()
	must(t, err)
	transportOf(c).TLSClientConfig.RootCAs = other.Pool()
	go func() { // the handshake ends when somebody reads the log
		if resp, err := c.Get("https://" + s.https + "/"); err == nil {
			resp.Body.Close()
			t.Error("a viewer that does not trust the CA got a response")
		}
	}()
	var line map[string]any
	must(t, json.NewDecoder(pr).Decode(&line))
	go io.Copy(io.Discard, pr)
	hint, _ := line["hint"].(string)
	if line["level"] != "debug" || !strings.Contains(hint, "edgesim ca") {
		t.Errorf("got %v, want level debug and a hint", line)
	}
}
