// Package kvs holds the key-value stores of CloudFront Functions, read from files: their
// contents, limits and metadata.
package kvs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/edgesim/edgesim/distribution"
)

// The limits of a store (CF-KVS-03, CF-KVS-05, CF-KVS-07).
const (
	maxFile  = 5 << 20
	maxKey   = 512
	maxValue = 1024
)

// Store is a key-value store. It is immutable, so a run sees no update (CF-KVS-28); a
// changed file makes a new one.
type Store struct {
	// ID is the store's UUID, "" if unknown.
	ID string
	// Name is the store's name or ARN.
	Name string
	// Read is when the store was read, used as its creation and update times.
	Read time.Time

	values map[string]string
}

// Get returns the value of a key.
func (s *Store) Get(key string) (string, bool) {
	v, ok := s.values[key]
	return v, ok
}

// Len returns the number of keys.
func (s *Store) Len() int { return len(s.values) }

// Parse reads the import format of the service, {"data": [{"key", "value"}]}
// (CF-KVS-01), or a plain object of strings. An error names the key.
func Parse(text []byte) (*Store, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	switch {
	case len(text) > maxFile:
		return nil, fmt.Errorf("has %d bytes: a key-value store takes files of at most %d (CF-KVS-03)", len(text), maxFile)
	case !utf8.Valid(text):
		return nil, errors.New("is not UTF-8 (CF-KVS-01)")
	}
	s := &Store{values: map[string]string{}}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := s.object(decoder); err != nil {
		return nil, err
	}
	if decoder.More() {
		return nil, errors.New("has something after its JSON object")
	}
	return s, nil
}

// object reads the outer object: a single array called data, or pairs.
func (s *Store) object(d *json.Decoder) error {
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return fmt.Errorf(`is not a JSON object: it needs {"data": [{"key": "…", "value": "…"}]} or {"key": "value"} (CF-KVS-01)`)
	}
	for first := true; d.More(); first = false {
		t, err := d.Token()
		if err != nil {
			return fmt.Errorf("is not JSON: %w", err)
		}
		key, _ := t.(string)
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return fmt.Errorf("is not JSON: %w", err)
		}
		if first && key == "data" && len(value) > 0 && value[0] == '[' {
			if err := s.pairs(value); err != nil {
				return err
			}
			continue
		}
		var text string
		if json.Unmarshal(value, &text) != nil {
			return fmt.Errorf("the value of %q is not a string (CF-KVS-01)", key)
		}
		if err := s.add(key, text); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

func (s *Store) pairs(text json.RawMessage) error {
	var pairs []struct{ Key, Value *string }
	if err := json.Unmarshal(text, &pairs); err != nil {
		return fmt.Errorf("data: each entry needs a key and a value that are strings (CF-KVS-01): %w", err)
	}
	for i, p := range pairs {
		if p.Key == nil || p.Value == nil {
			return fmt.Errorf("data[%d] lacks its key or its value (CF-KVS-01)", i)
		}
		if err := s.add(*p.Key, *p.Value); err != nil {
			return err
		}
	}
	return nil
}

// add adds a pair; keys must be unique (CF-KVS-02).
func (s *Store) add(key, value string) error {
	switch _, twice := s.values[key]; {
	case twice:
		return fmt.Errorf("the key %q stands twice (CF-KVS-02)", key)
	case key == "" || len(key) > maxKey:
		return fmt.Errorf("the key %.40q… has %d bytes: 1 to %d are allowed (CF-KVS-05)", key, len(key), maxKey)
	case len(value) > maxValue:
		return fmt.Errorf("the value of %q has %d bytes: at most %d are allowed (CF-KVS-05)", key, len(value), maxValue)
	}
	s.values[key] = value
	return nil
}

// Of makes a store from the pairs of a configuration.
func Of(pairs []distribution.KeyValue) (*Store, error) {
	s := &Store{values: make(map[string]string, len(pairs))}
	for _, p := range pairs {
		if err := s.add(p.Key, p.Value); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Map makes a store from a map.
func Map(values map[string]string) (*Store, error) {
	s := &Store{values: make(map[string]string, len(values))}
	for key, value := range values {
		if err := s.add(key, value); err != nil {
			return nil, err
		}
	}
	return s, nil
}
