package story

import (
	"fmt"
	"strings"

	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// functions describes what the edge functions of these events did.
func (t *teller) functions(title string, events ...policy.Trigger) {
	first := true
	for i := range t.e.Functions {
		run := &t.e.Functions[i]
		for _, event := range events {
			if run.Event != string(event) {
				continue
			}
			if first {
				t.chapter(title)
				first = false
			}
			t.function(run)
		}
	}
}

func (t *teller) function(run *recording.FunctionRun) {
	t.say("%s %s (%s), %s", run.Event, run.Name, run.Runtime, took(run.Duration))
	for _, line := range run.Log {
		t.line(inLine, plain, "log: "+line)
	}
	for _, c := range run.Changed {
		t.line(inLine, plain, changeText(&c))
	}
	if e := run.Error; e != nil {
		text := e.Class + ": " + e.Message
		if e.Line > 0 {
			text += fmt.Sprintf(" (line %d, column %d)", e.Line, e.Column)
		}
		t.line(inLine, red, text)
	}
}

// changeText formats one change as a line.
func changeText(c *policy.Change) string {
	text := string(c.Kind) + " " + c.Field
	switch c.Kind {
	case policy.ChangeAdded:
		return text + ": " + c.To
	case policy.ChangeDropped:
		return text + ": " + c.From
	}
	return strings.TrimSuffix(text+": "+c.From+" → "+c.To, ": ")
}
