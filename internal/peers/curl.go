package peers

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Answer is what curl got.
type Answer struct {
	// Exit is curl's exit code, 0 if it got a whole response.
	Exit int
	// Status and Proto are from the last response: 200 and "1.1" or "2".
	Status int
	Proto  string
	// Header holds the fields of the last response.
	Header http.Header
	// Lines are the status lines of all responses, including a proxy's and interim ones.
	Lines []string
	// Body is the body of the last response.
	Body []byte
	// Connections is how many connections curl opened for the last response.
	Connections int
	// Complaint is what curl wrote to standard error.
	Complaint string
}

// Curl runs curl with these arguments and no configuration of the machine's.
func Curl(t testing.TB, args ...string) *Answer {
	t.Helper()
	Need(t, "curl")
	dir := t.TempDir()
	heads, body := filepath.Join(dir, "heads"), filepath.Join(dir, "body")
	all := append([]string{"-q", "-sS", "--max-time", "60", "-D", heads, "-o", body, "-w", "%{json}"}, args...)
	command := exec.CommandContext(t.Context(), find("curl"), all...)
	command.Env = environment()
	var said, complaint bytes.Buffer
	command.Stdout, command.Stderr = &said, &complaint
	err := command.Run()
	if command.ProcessState == nil {
		t.Fatalf("running curl: %v", err)
	}
	a := &Answer{Exit: command.ProcessState.ExitCode(), Complaint: complaint.String(), Header: http.Header{}}
	var facts struct {
		Status      int    `json:"response_code"`
		Proto       string `json:"http_version"`
		Connections int    `json:"num_connects"`
	}
	for reports := json.NewDecoder(&said); reports.More(); { // one for each URL
		if err := reports.Decode(&facts); err != nil {
			t.Fatalf("curl's report: %v", err)
		}
	}
	a.Status, a.Proto, a.Connections = facts.Status, facts.Proto, facts.Connections
	a.readHeads(t, heads)
	a.Body, _ = os.ReadFile(body) // there is none without a body
	return a
}

// readHeads reads the heads that curl dumped.
func (a *Answer) readHeads(t testing.TB, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		return // curl got no response at all
	}
	r := textproto.NewReader(bufio.NewReader(bytes.NewReader(data)))
	for {
		line, err := r.ReadLine()
		if err != nil {
			return
		}
		header, err := r.ReadMIMEHeader()
		if err != nil {
			t.Fatalf("a head that curl dumped: %v\n%s", err, data)
		}
		a.Lines = append(a.Lines, strings.TrimSpace(line))
		a.Header = http.Header(header)
	}
}
