package pull

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
)

// TestEveryFieldHasTheTypeThatTheSDKGivesIt writes every field of the SDK's types as
// XML, and reads what becomes of it into the same type again.
func TestEveryFieldHasTheTypeThatTheSDKGivesIt(t *testing.T) {
	t.Parallel()
	for _, zero := range []any{
		types.Distribution{}, types.CachePolicy{}, types.OriginRequestPolicy{}, types.ResponseHeadersPolicy{}, types.OriginAccessControl{},
		types.CloudFrontOriginAccessIdentity{}, types.KeyGroup{}, types.PublicKey{}, types.ContinuousDeploymentPolicy{}, types.FunctionSummary{},
		types.DistributionList{}, types.KeyValueStoreList{},
	} {
		typ := reflect.TypeOf(zero)
		want := reflect.New(typ)
		var text strings.Builder
		filled(&text, want.Elem(), typ.Name())
		var back map[string]json.RawMessage
		if err := json.Unmarshal([]byte(encoded(t, text.String(), typ.Name())), &back); err != nil {
			t.Fatal(err)
		}
		got := reflect.New(typ)
		decoder := json.NewDecoder(bytes.NewReader(back[typ.Name()]))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(got.Interface()); err != nil {
			t.Errorf("%s: %v", typ.Name(), err)
		} else if !reflect.DeepEqual(got.Interface(), want.Interface()) {
			t.Errorf("%s came back as\n%s", typ.Name(), back[typ.Name()])
		}
	}
}

// filled gives every field of a value something, and writes it as XML.
func filled(text *strings.Builder, v reflect.Value, name string) {
	fmt.Fprintf(text, "<%s>", name)
	defer fmt.Fprintf(text, "</%s>", name)
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 11, 30, 12, 0, 0, 123e6, time.UTC)))
		text.WriteString("2026-11-30T12:00:00.123Z")
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				filled(text, v.Field(i), f.Name)
			}
		}
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		member := "Member"
		if v.Type().Elem().Kind() == reflect.Int32 {
			member = "StatusCode" // the one list of numbers
		}
		for i := range 2 {
			filled(text, v.Index(i), member)
		}
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
		text.WriteString("true")
	case v.Kind() == reflect.String:
		v.SetString(" <a> & 1")
		text.WriteString(" &lt;a&gt; &amp; 1")
	case v.CanInt():
		v.SetInt(7)
		text.WriteString("7")
	default:
		v.SetFloat(0.25)
		text.WriteString("0.25")
	}
}

// encoded is the JSON of an answer.
func encoded(t *testing.T, answer, name string) string {
	t.Helper()
	root, err := parse([]byte(answer))
	if err != nil {
		t.Fatal(err)
	}
	out, err := encode("", name, root)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestWhatXMLLeavesOpen(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ xml, want string }{
		"an empty list":                  {`<D><Aliases><Quantity>0</Quantity><Items/></Aliases></D>`, `{"Aliases":{"Quantity":0,"Items":[]}}`},
		"an empty object":                {`<D><ViewerMtlsConfig/></D>`, `{"ViewerMtlsConfig":{}}`},
		"an empty string":                {`<D><Comment/></D>`, `{"Comment":""}`},
		"a string that looks otherwise":  {`<D><Comment>true</Comment><Name>443</Name></D>`, `{"Comment":"true","Name":"443"}`},
		"what AWS will add":              {`<D><New><Inner>1</Inner></New></D>`, `{"New":{"Inner":"1"}}`},
		"spaces between elements":        {"<?xml version=\"1.0\"?>\n<D>\n  <Origins>\n <Quantity> 1 </Quantity>\n </Origins>\n</D>", `{"Origins":{"Quantity":1}}`},
		"a number that JSON writes not":  {`<D><Weight>.5</Weight><SamplingRate>100</SamplingRate></D>`, `{"Weight":0.5,"SamplingRate":100}`},
		"a name that is text and object": {`<D><ReferrerPolicy><ReferrerPolicy>origin</ReferrerPolicy></ReferrerPolicy></D>`, `{"ReferrerPolicy":{"ReferrerPolicy":"origin"}}`},
	} {
		var got bytes.Buffer
		if err := json.Compact(&got, []byte(encoded(t, test.xml, "D"))); err != nil || got.String() != `{"D":`+test.want+`}` {
			t.Errorf("%s: got %s, want %s", name, got.String(), test.want)
		}
	}
}

func TestAnswersThatAreRefused(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{
		``:                                "not XML",
		`plain text`:                      "not XML",
		`<html><body>`:                    "not XML",
		`<D><A>1</D>`:                     "not XML",
		`<D><Quantity>two</Quantity></D>`: `Quantity is "two", want a number`,
		`<D><Quantity>NaN</Quantity></D>`: `want a number`,
		`<D><MaxTTL>1e999</MaxTTL></D>`:   `want a number`,
		`<D><Enabled></Enabled></D>`:      `Enabled is "", want true or false`,
		`<D><A>1</A><A>2</A></D>`:         "D has A twice",
		strings.Repeat("<D>", 65):         "inside each other",
	} {
		root, err := parse([]byte(answer))
		if err == nil {
			_, err = encode("", "D", root)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: got %v, want %s", answer, err, want)
		}
	}
}
