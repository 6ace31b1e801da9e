package lambda_test

import (
	"os"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
)

// TestRetire: a function that was replaced finishes its runs, still runs when invoked, and
// keeps no process.
func TestRetire(t *testing.T) {
	t.Parallel()
	f := handler(t, "a.mjs", `import fs from "node:fs"; export const handler = async (event) => { if (event.wait) { fs.writeFileSync(event.wait, ""); while (!fs.existsSync(event.until)) await new Promise((r) => setTimeout(r, 5)); } return "done"; };`)
	begun, end := t.TempDir()+"/begun", t.TempDir()+"/end"
	got := make(chan error, 1)
	go func() {
		r, err := f.Invoke(t.Context(), []byte(`{"wait": "`+begun+`", "until": "`+end+`"}`))
		if string(r.Answer) != `"done"` {
			t.Errorf("what was under way gave %s", r.Answer)
		}
		got <- err
	}()
	peers.Await(t, "the handler to begin", func() bool { return exists(begun) })
	if _, err := f.Invoke(t.Context(), []byte(`{}`)); err != nil { // leaves a warm process
		t.Error(err)
	}
	f.Retire()
	if n := f.Processes(); n != 1 {
		t.Errorf("%d processes, of which one has something to do", n)
	}
	if r, err := f.Invoke(t.Context(), []byte(`{}`)); err != nil || string(r.Answer) != `"done"` {
		t.Errorf("one that comes late got %s, %v", r.Answer, err)
	}
	write(t, end)
	if err := <-got; err != nil {
		t.Error(err)
	}
	if n := f.Processes(); n != 0 {
		t.Errorf("%d processes at the end", n)
	}
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func write(t *testing.T, file string) {
	t.Helper()
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Error(err)
	}
}
