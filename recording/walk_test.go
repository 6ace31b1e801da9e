package recording

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// plant fills an exchange: every string that reflection finds is what make returns for its
// path, every list has one item. Bodies and certificates stay empty: they are recorded
// unchanged.
func plant(t *testing.T, v reflect.Value, path string, make func(path string) string) {
	t.Helper()
	switch v.Interface().(type) {
	case time.Time, time.Duration, *originconn.Explanation:
		return
	case http.Header:
		v.Set(reflect.ValueOf(http.Header{"Some-Field": {make(path)}}))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(make(path))
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.IsExported() && f.Name != "Body" && f.Name != "PeerCertificates" {
				plant(t, v.Field(i), path+"."+f.Name, make)
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		plant(t, v.Elem(), path, make)
	case reflect.Interface:
		v.Set(reflect.ValueOf(errors.New(make(path))))
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(make(path)))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		plant(t, v.Index(0), path+"[]", make)
	case reflect.Bool, reflect.Int, reflect.Int64, reflect.Uint8, reflect.Uint16:
	default:
		t.Fatalf("%s: a %s in an exchange is not planted in", path, v.Type())
	}
}

// TestWalkIsComplete: the walk visits every string that reflection finds, so redaction and
// size do not forget a new field.
func TestWalkIsComplete(t *testing.T) {
	t.Parallel()
	var e Exchange
	planted := map[string]string{}
	plant(t, reflect.ValueOf(&e).Elem(), "Exchange", func(path string) string {
		text := fmt.Sprintf("planted-%d", len(planted))
		planted[text] = path
		return text
	})
	w := walker{reading: true, visit: func(_ place, _, value string) string {
		delete(planted, value)
		return value
	}}
	w.exchange(&e)
	for _, path := range planted {
		t.Errorf("the walk does not visit %s", path)
	}
	w = walker{visit: func(_ place, _, value string) string { return value + "!" }}
	before, _ := json.Marshal(&e)
	changed := e
	w.exchange(&changed)
	if after, _ := json.Marshal(&e); !w.changed || string(after) != string(before) {
		t.Error("a walk that replaces everything changed what it was given")
	}
}

// words are the fields of an exchange that edgesim or the configuration fills: no
// byte of a viewer or an origin gets there.
var words = []string{
	"ID", "Edge", "Distribution", "Behavior", "Origin", "Forced", "Replayed", "ResultType", "DetailedResultType", "Address", "Addresses[]", "Target", "Scheme",
	"Form", "Rule", "Verdict", "Cause", "Name", "Stage", "Sentence", "Leg", "Kind", "By", "Field", "Decision", "From", "Event", "Runtime", "Protocol", "Ended", "Road", "Offered[]", "Agreed",
}

// TestNoSecretSurvives plants a secret in every string of an exchange: in each place
// declared secret, in its own form, and in all sentences as a quotation. The output
// contains none of them.
func TestNoSecretSurvives(t *testing.T) {
	t.Parallel()
	var e Exchange
	const token = "hunter-in-the-query"
	planted := 0
	plant(t, reflect.ValueOf(&e).Elem(), "Exchange", func(path string) string {
		last := path[strings.LastIndexByte(path, '.')+1:]
		target := "https://user:hunter-user@a.example/x?token=" + token + "&b=1"
		switch {
		case strings.Contains(path, "Changes[]") || strings.Contains(path, "Changed[]"):
			return "" // below
		case last == "Host" && strings.HasPrefix(path, "Exchange.Sent") || last == "Host" && strings.Contains(path, "ErrorPage"):
			return "a.example:443"
		case slices.Contains(words, last) && !strings.HasSuffix(path, "Cache.Reason"):
			return "word"
		case last == "OriginHead" || last == "Replaced" || last == "FirstBytes" || last == "Flight":
			planted++
			return "HTTP/1.1 200 OK\r\nset-cookie: a=hunter-cookie\r\nX-Session: hunter-session\r\nX-Origin-Verify: hunter-custom\r\nLocation: " + target + "\r\n\r\n"
		}
		planted++
		return `quotes "Bearer hunter-token", "a=hunter-cookie" and ` + target
	})
	secret := http.Header{
		"Authorization": {"Bearer hunter-token"}, "Cookie": {"a=hunter-cookie"}, "X-Amz-Security-Token": {"hunter-aws"}, "x-session": {"hunter-session"},
		"Referer": {"https://user:hunter-user@a.example/?token=" + token}, "X-Edgesim-Detail": {"quotes hunter-token"},
	}
	fields := []policy.Field{{Name: "cookie", Value: "a=hunter-cookie"}, {Name: "X-Origin-Verify", Value: "hunter-custom"}, {Name: "Host", Value: "user:hunter-user@a.example"}}
	changes := []policy.Change{
		{Field: "cookie a", From: "hunter-cookie"}, {Field: "query token", From: token}, {Field: "X-Origin-Verify", To: "hunter-custom", By: policy.ByOriginCustomHeader},
		{Field: "Authorization", From: "Bearer hunter-token"}, {Field: "uri", From: "/?token=" + token}, {Field: "Referer", From: "https://a.example/?token=" + token},
	}
	e.Viewer.Header, e.Response.Header, e.Response.Trailer = secret, secret.Clone(), secret.Clone()
	e.Viewer.Fields, e.Sent.Header, e.ErrorPage.Sent.Header = fields, slices.Clone(fields), slices.Clone(fields)
	e.Changes, e.ErrorPage.Changes, e.Functions[0].Changed = changes, slices.Clone(changes), slices.Clone(changes)
	before, err := json.Marshal(&e)
	if err != nil || strings.Count(string(before), "hunter") < 100 || planted < 25 {
		t.Fatalf("%d secrets planted, %v", strings.Count(string(before), "hunter"), err)
	}
	r := Redactor{Query: []string{"token"}, Headers: []string{"X-Session"}}
	hidden := r.Redact(&e)
	after, err := json.Marshal(hidden)
	if err != nil {
		t.Fatal(err)
	}
	for at := strings.Index(string(after), "hunter"); at >= 0; at = -1 {
		t.Errorf("a secret survives: …%s…", after[max(0, at-200):at+40])
	}
	if again, _ := json.Marshal(r.Redact(hidden)); string(again) != string(after) {
		t.Error("to redact twice is not to redact once")
	}
	if unchanged, _ := json.Marshal(&e); string(unchanged) != string(before) {
		t.Error("the exchange given was changed")
	}
	if kept := (&Redactor{KeepSecrets: true}).Redact(&e); kept != &e {
		t.Error("KeepSecrets does not keep the exchange as it is")
	}
}

// TestSizeCountsWhatTheWalkVisits: a field that is not counted would let the queue exceed
// its limit.
func TestSizeCountsWhatTheWalkVisits(t *testing.T) {
	t.Parallel()
	var e Exchange
	plant(t, reflect.ValueOf(&e).Elem(), "Exchange", func(path string) string { return strings.Repeat("x", 1000) + path })
	w := walker{reading: true, sizing: true}
	w.exchange(&e)
	if size := e.Size(); size < int64(w.size) || size > int64(w.size)+8<<10 {
		t.Errorf("Size is %d, where the walk finds %d", size, w.size)
	}
}
