package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/edgesim/edgesim/recording"
)

// remoteStore is the recordings of a running edge, accessed through its API.
type remoteStore struct {
	base   *url.URL
	client http.Client
}

var _ recording.Store = (*remoteStore)(nil)

// remoteTimeout limits one request to the API.
const remoteTimeout = time.Minute

// newRemoteStore takes the URL of an API, with or without a path.
func newRemoteStore(address string) (*remoteStore, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, usage{err: fmt.Errorf("%q is not a URL like http://%s", address, defaultInspect)}
	}
	return &remoteStore{base: u, client: http.Client{Timeout: remoteTimeout}}, nil
}

// Record does nothing: a running edge records its own exchanges.
func (s *remoteStore) Record(*recording.Exchange) {}

// Get gets one exchange from the edge.
func (s *remoteStore) Get(ctx context.Context, id string) (*recording.Exchange, error) {
	e := new(recording.Exchange)
	if err := s.ask(ctx, http.MethodGet, "/api/exchanges/"+url.PathEscape(id), nil, e); err != nil {
		return nil, notFound(id, err)
	}
	return e, nil
}

// List gets whole exchanges from the edge.
func (s *remoteStore) List(ctx context.Context, f recording.Filter) (recording.Page, error) {
	const most = 200 // with bodies, an answer of a few megabytes
	query := url.Values{"whole": {"true"}, "limit": {strconv.Itoa(most)}}
	if f.Limit > 0 && f.Limit < most {
		query.Set("limit", strconv.Itoa(f.Limit))
	}
	for name, value := range map[string]string{
		"cause": string(f.Cause), "rule": string(f.Rule), "host": f.Host, "path": f.Path, "method": f.Method,
		"behavior": f.Behavior, "origin": f.Origin, "edge": f.Edge, "cursor": f.Cursor,
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if f.Status > 0 {
		query.Set("status", strconv.Itoa(f.Status))
		if f.Status < 10 {
			query.Set("status", strconv.Itoa(f.Status)+"xx")
		}
	}
	if !f.Since.IsZero() {
		query.Set("since", f.Since.UTC().Format(time.RFC3339Nano))
	}
	if f.OldestFirst {
		query.Set("order", "oldest")
	}
	var answer struct {
		Exchanges []*recording.Exchange `json:"exchanges"`
		Positions []string              `json:"positions"`
		Next      string                `json:"next"`
	}
	if err := s.ask(ctx, http.MethodGet, "/api/exchanges", query, &answer); err != nil {
		return recording.Page{}, err
	}
	if len(answer.Positions) != len(answer.Exchanges) {
		return recording.Page{}, fmt.Errorf("%s does not say where its exchanges stand: it is not this version of edgesim", s.base.Host)
	}
	return recording.Page{Exchanges: answer.Exchanges, Positions: answer.Positions, Next: answer.Next}, nil
}

// Delete deletes exchanges one by one.
func (s *remoteStore) Delete(ctx context.Context, ids ...string) (int, error) {
	removed := 0
	for _, id := range ids {
		var absent *recording.NotFoundError
		switch err := notFound(id, s.ask(ctx, http.MethodDelete, "/api/exchanges/"+url.PathEscape(id), nil, nil)); {
		case err == nil:
			removed++
		case !errors.As(err, &absent):
			return removed, err
		}
	}
	return removed, nil
}

// Reset is not supported here: POST /api/reset does more than delete exchanges.
func (s *remoteStore) Reset(context.Context) (int, error) {
	return 0, errors.New("a running edge is reset by POST /api/reset")
}

// Stats gets the statistics from the edge.
func (s *remoteStore) Stats(ctx context.Context) (recording.Stats, error) {
	var stats recording.Stats
	err := s.ask(ctx, http.MethodGet, "/api/stats", nil, &stats)
	return stats, err
}

// Health is known only to the edge; its /readyz reports it.
func (s *remoteStore) Health() recording.Health { return recording.Health{} }

// Close closes idle connections.
func (s *remoteStore) Close() error {
	s.client.CloseIdleConnections()
	return nil
}

// statusError is an answer other than 200.
type statusError struct {
	status int
	text   string
}

// Error returns what the API answered.
func (e *statusError) Error() string { return e.text }

// ask sends one request and decodes the JSON answer.
func (s *remoteStore) ask(ctx context.Context, method, path string, query url.Values, to any) error {
	return s.send(ctx, method, path, query, nil, to)
}

// send is ask with a body, which is sent as JSON; nil sends none.
func (s *remoteStore) send(ctx context.Context, method, path string, query url.Values, content, to any) error {
	u := *s.base
	u = *u.JoinPath()
	target := strings.TrimSuffix(u.String(), "/") + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	var body io.Reader
	if content != nil {
		data, err := json.Marshal(content)
		if err != nil {
			return err
		}
		body = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return err
	}
	response, err := s.client.Do(r)
	if err != nil {
		return usage{err: fmt.Errorf("no answer from %s: %w", s.base.Host, errors.Unwrap(err)), hint: "is an edge running, and is this the address of its --inspect?"}
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK && response.StatusCode != http.StatusCreated {
		var problem struct{ Error string }
		data, _ := io.ReadAll(io.LimitReader(response.Body, 64<<10))
		if json.Unmarshal(data, &problem) != nil || problem.Error == "" {
			problem.Error = "not edgesim's API: it answered " + response.Status
		}
		return &statusError{response.StatusCode, s.base.Host + ": " + problem.Error}
	}
	if to == nil {
		return nil
	}
	if err := json.NewDecoder(response.Body).Decode(to); err != nil {
		return fmt.Errorf("reading the answer of %s: %w", s.base.Host, err)
	}
	return nil
}

// notFound converts a 404 to the error of a store.
func notFound(id string, err error) error {
	var status *statusError
	if errors.As(err, &status) && status.status == http.StatusNotFound {
		return &recording.NotFoundError{ID: id}
	}
	return err
}
