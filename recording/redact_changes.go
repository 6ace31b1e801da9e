package recording

import (
	"slices"
	"strings"

	"github.com/edgesim/edgesim/policy"
)

// redactChanges returns changes without secrets and whether there were any.
func redactChanges(changes []policy.Change) ([]policy.Change, bool) {
	if !slices.ContainsFunc(changes, func(c policy.Change) bool { return secretPart(c.Field) != nil }) {
		return changes, false
	}
	hidden := slices.Clone(changes)
	for i := range hidden {
		if redact := secretPart(hidden[i].Field); redact != nil {
			hidden[i].From, hidden[i].To = redact(hidden[i].From), redact(hidden[i].To)
		}
	}
	return hidden, true
}

// secretPart returns how to redact a part of a message, as a change names it, or
// nil if it is no secret.
func secretPart(field string) func(string) string {
	if strings.HasPrefix(field, "cookie ") {
		return redactValue
	}
	return secretField(field)
}

// redactFunctions returns runs without secrets in what they changed, and whether
// there were any.
func redactFunctions(runs []FunctionRun) ([]FunctionRun, bool) {
	var hidden []FunctionRun
	for i := range runs {
		changed, secret := redactChanges(runs[i].Changed)
		if !secret {
			continue
		}
		if hidden == nil {
			hidden = slices.Clone(runs)
		}
		hidden[i].Changed = changed
	}
	if hidden == nil {
		return runs, false
	}
	return hidden, true
}

// changes returns changes without the values of secret query parameters.
func (r *Redactor) changes(all []policy.Change) []policy.Change {
	return changed(all, func(c policy.Change) policy.Change {
		if name, ok := strings.CutPrefix(c.Field, "query "); ok && r.secretParameter(name) {
			c.From, c.To = redactQueryValue(c.From), redactQueryValue(c.To)
			return c
		}
		c.From, c.To = r.text(c.From), r.text(c.To)
		return c
	})
}
