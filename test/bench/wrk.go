package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// wrkLoad is the wrk at a path.
type wrkLoad struct{ path string }

// String returns the generator's name in the report.
func (wrkLoad) String() string { return "wrk" }

func (w wrkLoad) run(ctx context.Context, url string, connections int, d time.Duration) (sample, error) {
	threads := min(2, connections)
	cmd := exec.CommandContext(ctx, w.path, "-t", strconv.Itoa(threads), "-c", strconv.Itoa(connections),
		"-d", strconv.Itoa(int(d/time.Second))+"s", "--timeout", "10s", "--latency", url)
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return sample{}, ctx.Err()
	}
	if err != nil {
		return sample{}, fmt.Errorf("wrk: %w\n%s", err, out)
	}
	return parseWrk(out)
}

// parseWrk parses the report of wrk --latency.
func parseWrk(out []byte) (sample, error) {
	var s sample
	var err error
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() && err == nil {
		line := strings.TrimSpace(lines.Text())
		word, rest, _ := strings.Cut(line, " ")
		switch {
		case word == "50%":
			s.P50, err = wrkDuration(rest)
		case word == "99%":
			s.P99, err = wrkDuration(rest)
		case strings.Contains(line, " requests in "):
			err = s.parseTotal(line)
		case strings.HasPrefix(line, "Socket errors:"), strings.HasPrefix(line, "Non-2xx or 3xx responses:"):
			err = s.parseErrors(line)
		}
	}
	if err == nil && s.Elapsed == 0 {
		err = fmt.Errorf("there is no total")
	}
	if err != nil {
		return sample{}, fmt.Errorf("reading the report of wrk: %w:\n%s", err, out)
	}
	return s, nil
}

// parseTotal parses "55328 requests in 1.10s, 67.42MB read".
func (s *sample) parseTotal(line string) error {
	count, rest, _ := strings.Cut(line, " requests in ")
	elapsed, _, _ := strings.Cut(rest, ",")
	var err error
	if s.Requests, err = strconv.ParseInt(count, 10, 64); err != nil {
		return err
	}
	s.Elapsed, err = wrkDuration(elapsed)
	return err
}

// parseErrors adds up "Socket errors: connect 0, read 3, write 0, timeout 1"
// and "Non-2xx or 3xx responses: 7".
func (s *sample) parseErrors(line string) error {
	_, counts, _ := strings.Cut(line, ":")
	for part := range strings.SplitSeq(counts, ",") {
		fields := strings.Fields(part)
		n, err := strconv.ParseInt(fields[len(fields)-1], 10, 64)
		if err != nil {
			return err
		}
		s.Errors += n
	}
	return nil
}

// wrkDuration parses a time as wrk writes it, e.g. "1.10s", "635.00us", "2.50m".
func wrkDuration(text string) (time.Duration, error) {
	return time.ParseDuration(strings.TrimSpace(text))
}
