package logline_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/logline"
	"github.com/edgesim/edgesim/policy"
)

// TestTerminal: a quiet line for what went well; a failure says why and how to fix
// it once for its kind.
func TestTerminal(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := &logline.Terminal{To: &out, Show: "edgesim recordings show", Width: 80}
	fine := exampleExchange()
	fine.Cause, fine.Response.Status = nil, 200
	fine.ID, fine.Start = "0123456789abcdef", time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local)
	log.Record(fine)
	failed := exampleExchange()
	failed.ID, failed.Start = "failed-one-more", fine.Start
	log.Record(failed)
	log.Record(failed)
	other := exampleExchange()
	other.ID, other.Start, other.Origin = "elsewhere-it-is", fine.Start, "other"
	other.Viewer.URI = "/" + strings.Repeat("long", 40)
	other.Cause = policy.NewCause(policy.CauseCertExpired, strings.Repeat("word ", 40), nil)
	log.Record(other)
	want := `03:04:05  200  GET  /x?y  0123456789
03:04:05  502  GET  /x?y  CF-CERT-01 cert-expired  failed-one
          why  it ended yesterday
          fix  edgesim recordings show failed-one
03:04:05  502  GET  /x?y  CF-CERT-01 cert-expired  failed-one
03:04:05  502  GET  /longlonglonglonglongl…  CF-CERT-01 cert-expired  elsewhere-
          why  word word word word word word word word word word word word word…
          fix  edgesim recordings show elsewhere-
`
	if got := out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestTerminalCommand: the command is complete at every width, on its own line if it does
// not fit after its label.
func TestTerminalCommand(t *testing.T) {
	t.Parallel()
	const show = "edgesim recordings show --record /home/somebody/projects/shop/recordings"
	e := exampleExchange()
	e.ID, e.Start = "0123456789abcdef", time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local)
	for width, want := range map[int]string{
		0:   "          fix  " + show + " 0123456789\n",
		120: "          fix  " + show + " 0123456789\n",
		98:  "          fix  " + show + " 0123456789\n",
		97:  "\n  fix  " + show + " 0123456789\n",
		90:  "\n  fix  " + show + " 0123456789\n",
		89:  "          fix\n  " + show + " 0123456789\n",
		60:  "          fix\n  " + show + " 0123456789\n",
	} {
		var out bytes.Buffer
		(&logline.Terminal{To: &out, Show: show, Width: width}).Record(e)
		if !strings.HasSuffix(out.String(), want) {
			t.Errorf("width %d: got\n%s", width, out.String())
		}
	}
}

// TestTerminalIsSafe: nothing of a request moves the cursor or turns the text, and
// no secret is shown.
func TestTerminalIsSafe(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	e := exampleExchange()
	e.Viewer.URI = "/a\x1b[2Jb\u202ec\r\nd?token=secret"
	e.Viewer.Method = "G\x07T"
	(&logline.Terminal{To: &out, Show: "x"}).Record(e)
	for _, bad := range []string{"\x1b", "\u202e", "\r", "\x07"} {
		if strings.Contains(out.String(), bad) {
			t.Errorf("%q is in %q", bad, out.String())
		}
	}
	if strings.Count(out.String(), "\n") != 3 {
		t.Errorf("got %q", out.String())
	}
}
