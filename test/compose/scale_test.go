package compose_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/recording"
)

// edges is how many containers share one database.
const edges = 3

// TestScale runs three edges that share a PostgreSQL server, and finds the exchanges of all
// in the list of each.
func TestScale(t *testing.T) {
	t.Parallel()
	images(t)
	server := peers.StartPostgreSQL(t)
	database, _, _ := strings.Cut(server.Database(t), "?")
	override := filepath.Join(t.TempDir(), "postgres.yml")
	text := "services:\n  edge:\n    volumes:\n      - " + server.Socket(t) + ":/postgres\n"
	if err := os.WriteFile(override, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	n := newNetwork(t, tools(t)[0], "EDGESIM_RECORD="+database+"?host=/postgres")
	n.files = []string{"docker-compose.yml", override}
	n.compose(t, "up", "--detach", "--scale", "edge=3", "edge")
	running := containers(t, n.name, "edge")
	if len(running) != edges {
		t.Fatalf("there are %d edges: %v", len(running), running)
	}
	var want []string
	for _, container := range running {
		awaitAnswer(t, container, "/healthy-ecdsa")
		response, err := viewer.Get("http://" + address(t, container, "8080") + "/expired")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusBadGateway {
			t.Errorf("got %d, want 502", response.StatusCode)
		}
		want = append(want, response.Header.Get("X-Edgesim-Exchange"))
	}
	slices.Sort(want)
	for _, container := range running {
		var got []string
		peers.Await(t, "the exchanges of all edges in one list", func() bool {
			got = recorded(t, container)
			return slices.Equal(got, want)
		})
	}
}

// recorded returns the ids of the failures that an edge lists, in order.
func recorded(t *testing.T, container string) []string {
	t.Helper()
	status, body, err := get("http://" + address(t, container, "4040") + "/api/exchanges?cause=cert-expired")
	if err != nil || status != http.StatusOK {
		t.Fatalf("the list: %d %v %s", status, err, body)
	}
	var page struct{ Exchanges []recording.Exchange }
	if err := json.Unmarshal([]byte(body), &page); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, e := range page.Exchanges {
		ids = append(ids, e.ID)
	}
	slices.Sort(ids)
	return ids
}
