package lookup

import (
	"encoding/base64"
	"encoding/binary"
	"hash/fnv"
	"net"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// Kind is what many exchanges have in common. It is comparable.
type Kind struct {
	Status int
	Cause  string
	// Rules are those of [recording.Exchange.Rules], sorted, each between commas:
	// ",CF-CERT-06,CF-NAME-05,"; "" if there are none. The marks of
	// [recording.Exchange.Marks] are among them with an @ in front.
	Rules  string
	Method string // in upper case
	// Host is the viewer's in lower case; HostName is the same without the port, or "" if
	// it has none.
	Host, HostName         string
	Behavior, Origin, Edge string
}

// Columns are the columns of a table of kinds, in the order of [Kind.Values].
var Columns = []string{"status", "cause", "rules", "method", "host", "host_name", "behavior", "origin", "edge"}

// Values returns the values of a row. Texts are bytes, because hosts and methods may be
// anything that a viewer sends.
func (k *Kind) Values() []any {
	return []any{
		k.Status, []byte(k.Cause), []byte(k.Rules), []byte(k.Method), []byte(k.Host), []byte(k.HostName),
		[]byte(k.Behavior), []byte(k.Origin), []byte(k.Edge),
	}
}

// KindOf returns the kind of an exchange.
func KindOf(e *recording.Exchange) Kind {
	k := Kind{
		Status: e.Response.Status, Method: strings.ToUpper(e.Viewer.Method), Host: strings.ToLower(e.Viewer.Host),
		Behavior: e.Behavior, Origin: e.Origin, Edge: e.Edge, Rules: ruleList(e.Rules(), e.Marks()),
	}
	if e.Cause != nil {
		k.Cause = string(e.Cause.Name)
	}
	if strings.Contains(k.Host, ":") {
		if name, _, err := net.SplitHostPort(k.Host); err == nil {
			k.HostName = name
		}
	}
	return k
}

func ruleList(rules []policy.RuleID, marks []recording.Mark) string {
	for _, m := range marks {
		rules = append(rules, markPrefix+policy.RuleID(m))
	}
	if len(rules) == 0 {
		return ""
	}
	slices.Sort(rules)
	var b strings.Builder
	for _, rule := range rules {
		b.WriteString("," + string(rule))
	}
	return b.String() + ","
}

// markPrefix distinguishes a mark among rules.
const markPrefix = "@"

// Key returns a number by which an exchange is found by its id. Ids made by edgesim end in
// their creation time, so the keys of new exchanges are close together in an index; others
// get a hash. Two ids may have the same key.
func Key(id string) int64 {
	const bytes, text = 40, 56
	var raw [bytes + 2]byte
	if len(id) == text {
		if n, err := base64.URLEncoding.Decode(raw[:], []byte(id)); err == nil && n == bytes {
			return int64(binary.BigEndian.Uint64(raw[bytes-8:bytes]) >> 1)
		}
	}
	h := fnv.New64a()
	h.Write([]byte(id))
	return int64(h.Sum64() >> 1)
}
