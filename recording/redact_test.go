package recording_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// secretive returns an exchange full of secrets, each of which has the word
// "hunter" in it.
func secretive() *recording.Exchange {
	e := success(1)
	e.Viewer.Header = http.Header{
		"Accept":              {"*/*"},
		"Authorization":       {"Bearer hunter-token"},
		"Proxy-Authorization": {"Basic aHVudGVyOmh1bnRlcg=="},
		"Cookie":              {"sid=hunter-1; theme=hunter2", "lone-hunter"},
		"X-Api-Key":           {"hunter-key"},
		"x-api-KEY":           {"hunter-other-key"}, // not canonical, yet the same field
	}
	e.Sent.Header = append(e.Sent.Header,
		policy.Field{Name: "cookie", Value: "sid=hunter-1"},
		policy.Field{Name: "AUTHORIZATION", Value: "hunter alone with spaces"})
	e.Response.Header = http.Header{
		"Set-Cookie":   {"sid=hunter-1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly", "b=1; Path=/, c=hunter3; odd=hunter4"},
		"Content-Type": {"text/plain"},
	}
	e.Response.OriginHead = "HTTP/1.1 200 OK\r\nset-cookie:  sid=hunter-1; Path=/\r\nContent-Type: text/plain\r\n" +
		"SET-COOKIE : d=hunter5\r\n\tand-hunter6\r\nX-Folded: a\r\n b\r\n"
	e.ErrorPage = &recording.ErrorPage{
		Sent:     &recording.Sent{Header: []policy.Field{{Name: "Cookie", Value: "sid=hunter-1"}}},
		Replaced: "HTTP/1.1 500 Internal Server Error\r\nSet-Cookie: sid=hunter-1\r\n",
	}
	return e
}

func TestRedact(t *testing.T) {
	t.Parallel()
	original, given := secretive(), secretive()
	got := recording.Redact(given)
	if !reflect.DeepEqual(given, original) {
		t.Error("the exchange given was changed")
	}
	data, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"hunter", "aHVudGVyOmh1bnRlcg"} {
		if strings.Contains(string(data), secret) {
			t.Errorf("%q is still in %s", secret, data)
		}
	}
	if twice := recording.Redact(got); !reflect.DeepEqual(twice, got) {
		t.Errorf("to redact twice is not to redact once: %+v", twice)
	}

	// The shape, with the marks, which differ between processes, numbered.
	marks := map[string]string{}
	number := func(s string) string {
		return regexp.MustCompile(`#[0-9a-f]{8}`).ReplaceAllStringFunc(s, func(mark string) string {
			if marks[mark] == "" {
				marks[mark] = "#" + string(rune('A'+len(marks)))
			}
			return marks[mark]
		})
	}
	for _, row := range []struct{ name, got, want string }{
		{"cookie", got.Viewer.Header["Cookie"][0], "sid=[redacted 8 bytes #A]; theme=[redacted 7 bytes #B]"},
		{"cookie without a name", got.Viewer.Header["Cookie"][1], "[redacted 11 bytes #C]"},
		{"the same cookie sent on", got.Sent.Header[2].Value, "sid=[redacted 8 bytes #A]"},
		{"the same cookie set", got.Response.Header["Set-Cookie"][0], "sid=[redacted 8 bytes #A]; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly"},
		{"two cookies in one", got.Response.Header["Set-Cookie"][1], "b=[redacted 1 bytes #D]; Path=[redacted 12 bytes #E]; odd=[redacted 7 bytes #F]"},
		{"bearer", got.Viewer.Header["Authorization"][0], "Bearer [redacted 12 bytes #G]"},
		{"basic", got.Viewer.Header["Proxy-Authorization"][0], "Basic [redacted 20 bytes #H]"},
		{"no known scheme", got.Sent.Header[3].Value, "[redacted 24 bytes #I]"},
		{"key", got.Viewer.Header["X-Api-Key"][0], "[redacted 10 bytes #J]"},
		//lint:ignore SA1008 a map may hold such a key, and it is what is tested
		{"key in other letters", got.Viewer.Header["x-api-KEY"][0], "[redacted 16 bytes #K]"},
		{"head", got.Response.OriginHead, "HTTP/1.1 200 OK\r\nset-cookie:  sid=[redacted 8 bytes #A]; Path=/\r\nContent-Type: text/plain\r\n" +
			"SET-COOKIE : d=[redacted 7 bytes #L]\r\n [redacted 11 bytes #M]\r\nX-Folded: a\r\n b\r\n"},
		{"other fields", got.Viewer.Header.Get("Accept") + got.Sent.Header[1].Value, "*/*Amazon CloudFront"},
	} {
		if text := number(row.got); text != row.want {
			t.Errorf("%s: got %q, want %q", row.name, text, row.want)
		}
	}
}

func TestRedactNothing(t *testing.T) {
	e := success(1)
	if got := recording.Redact(e); got != e {
		t.Error("an exchange without secrets was copied")
	}
	if n := testing.AllocsPerRun(100, func() { recording.Redact(e) }); n > 0 {
		t.Errorf("%v allocations where there is nothing to hide, want 0", n)
	}
}

func TestRingRedacts(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		config recording.RingConfig
		want   bool
	}{
		{"by default", recording.RingConfig{}, false},
		{"unless told otherwise", recording.RingConfig{Redactor: &recording.Redactor{KeepSecrets: true}}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := recording.NewRing(row.config)
			r.Record(secretive())
			e, _ := r.Get(t.Context(), "ok-1")
			data, err := json.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(string(data), "hunter"); got != row.want {
				t.Errorf("secrets kept: %t, want %t", got, row.want)
			}
		})
	}
}

// FuzzRedact checks that no value of a secret field survives, in any form, and that
// redacting twice changes nothing.
func FuzzRedact(f *testing.F) {
	for _, seed := range []string{
		"Cookie: a=b; c=d", "Authorization: Bearer x", "Set-Cookie: a=b; Path=/, x=y", "X-Api-Key:\tk\r\n k", "Set-Cookie: =;;==",
		"Authorization: [redacted 3 bytes #00000000]", ": x", "\r\n\r\n", "Cookie",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		const secret = "hunter2"
		e := success(1)
		e.Viewer.Header = http.Header{"Cookie": {"a=" + secret + text}, "Authorization": {"Bearer " + secret + text}}
		e.Response.Header = http.Header{"Set-Cookie": {text + "=" + secret}}
		e.Response.OriginHead = "HTTP/1.1 200 OK\r\nX-Api-Key: " + strings.NewReplacer("\r", "", "\n", "").Replace(text) + secret + "\r\n" + text
		once := recording.Redact(e)
		head, _, _ := strings.Cut(once.Response.OriginHead, "\r\n"+text)
		for _, value := range []string{once.Viewer.Header.Get("Authorization"), once.Viewer.Header.Get("Cookie"), head} {
			if strings.Contains(value, secret) && !strings.Contains(text, "hunter") {
				t.Errorf("the secret is still in %q", value)
			}
		}
		if twice := recording.Redact(once); !reflect.DeepEqual(twice, once) {
			t.Errorf("redacting twice: got %q, then %q", once.Response.Header, twice.Response.Header)
		}
	})
}
