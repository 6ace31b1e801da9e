package faults

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/edgesim/edgesim/policy"
)

// Decode parses the body of a PUT to /api/faults: {"faults": [ … ]}. It rejects
// unknown fields. Errors refer to the JSON that was sent. [Set.Replace] rejects
// invalid faults.
func Decode(data []byte) ([]Fault, error) {
	var body struct {
		Faults []Fault `json:"faults"`
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&body); err != nil {
		return nil, explain(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("there is more behind the JSON value")
	}
	if body.Faults == nil {
		return nil, errors.New(`the list "faults" is missing`)
	}
	return body.Faults, nil
}

// Parse parses a fault in the format of serve --fault: an optional cause, followed
// by KEY=VALUE words for the other fields of [Fault], separated by spaces, e.g.
// "response-timeout path=/api/* next=2 latency=1s".
func Parse(text string) (Fault, error) {
	var f Fault
	for i, word := range strings.Fields(text) {
		key, value, ok := strings.Cut(word, "=")
		if !ok && i == 0 {
			f.Cause = policy.CauseName(word)
			continue
		}
		if err := f.set(key, value); err != nil {
			return Fault{}, err
		}
	}
	return f, f.check()
}

// set sets a field to a value from the command line.
func (f *Fault) set(key, value string) error {
	texts := map[string]*string{"id": &f.ID, "origin": &f.Origin, "behavior": &f.Behavior, "path": &f.Path, "method": &f.Method}
	var err error
	switch {
	case value == "":
		return fmt.Errorf("%q is not of the form KEY=VALUE", key)
	case texts[key] != nil:
		*texts[key] = value
	case key == "cause":
		f.Cause = policy.CauseName(value)
	case key == "latency":
		err = f.Latency.UnmarshalText([]byte(value))
	case key == "next":
		f.Next, err = strconv.Atoi(value)
	case key == "share":
		f.Share, err = strconv.ParseFloat(value, 64)
	case key == "seed":
		f.Seed, err = strconv.ParseUint(value, 10, 64)
	default:
		return fmt.Errorf("there is no key %q: the keys are cause, latency, origin, behavior, path, method, next, share, seed and id", key)
	}
	if err != nil && key != "latency" {
		return &Error{key, value, "a number"}
	}
	return err
}
