package terraform

import (
	"fmt"
	"hash/fnv"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// The bounds of an evaluation, against configurations made to take for ever.
const (
	maxSteps    = 2_000_000
	maxStack    = 1000
	maxText     = 4 << 20
	maxElements = 50_000
)

// step counts one evaluation of an expression.
func (e *evaluator) step(at hcl.Range) hcl.Diagnostics {
	e.count++
	e.depth++
	if e.count > maxSteps || e.depth > maxStack*4 {
		e.depth--
		return failure(at, "Too much to evaluate", "The configuration takes more steps than any real one")
	}
	return nil
}

func (e *evaluator) leave() { e.depth-- }

// bounded refuses values that grow without end.
func (e *evaluator) bounded(v cty.Value, at hcl.Range) hcl.Diagnostics {
	bare, _ := v.Unmark()
	if !bare.IsKnown() || bare.IsNull() {
		return nil
	}
	switch t := bare.Type(); {
	case t == cty.String:
		if n := len(bare.AsString()); n > maxText {
			return failure(at, "Too long", fmt.Sprintf("A text of %d bytes is longer than any real one", n))
		}
	case bare.CanIterateElements():
		if n := bare.LengthInt(); n > maxElements {
			return failure(at, "Too many elements", fmt.Sprintf("A collection of %d elements is bigger than any real one", n))
		}
	}
	return nil
}

// failure makes a diagnostic of an error.
func failure(at hcl.Range, summary, detail string) hcl.Diagnostics {
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: &at}}
}

// sum tells long texts apart.
func sum(text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	return h.Sum64()
}
