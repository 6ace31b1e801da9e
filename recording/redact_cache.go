package recording

import "strings"

// key hides the secrets in a cache key: a target, followed by a line for each field
// (policy.CacheKey).
func (h *hiding) key(key string) string {
	target, rest, more := strings.Cut(key, "\n")
	method := ""
	if after, ok := strings.CutPrefix(target, "OPTIONS "); ok {
		method, target = "OPTIONS ", after
	}
	hidden := method + h.target(target)
	for more {
		var line string
		line, rest, more = strings.Cut(rest, "\n")
		name, value, _ := strings.Cut(line, ": ")
		hidden += "\n" + name
		if value != "" {
			hidden += ": " + h.field(name, value)
		}
	}
	if hidden == key {
		return key
	}
	return hidden
}

// Key returns a cache key without secrets.
func (r *Redactor) Key(key string) string {
	if r.KeepSecrets {
		return key
	}
	h := hiding{r: r}
	return h.key(key)
}
