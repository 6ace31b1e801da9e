package terraform

import (
	"fmt"
	"hash/fnv"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// The limits of an evaluation, against configurations made to run forever.
const (
	maxSteps    = 300_000
	maxStack    = 4000
	maxText     = 4 << 20
	maxElements = 10_000
)

// step counts one evaluation of an expression. Too many end the evaluation, by a panic that
// [rescue] turns into an error: an error alone would let loops continue.
func (e *evaluator) step(at hcl.Range) hcl.Diagnostics {
	e.count++
	e.depth++
	if e.count > maxSteps {
		panic(tree.Errorf(position(at), "takes more than %d steps to evaluate, more than any real configuration", maxSteps))
	}
	if e.depth > maxStack {
		e.depth--
		return failure(at, "Too deep", "References lead on to one another without end")
	}
	return nil
}

func (e *evaluator) leave() { e.depth-- }

// bounded rejects values that grow without end.
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

// failure makes a diagnostic from an error.
func failure(at hcl.Range, summary, detail string) hcl.Diagnostics {
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: &at}}
}

// sum distinguishes long texts.
func sum(text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	return h.Sum64()
}

// firstError keeps only the first error: code that passes errors on twice would double
// their number at each level.
func firstError(diags hcl.Diagnostics) hcl.Diagnostics {
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			return hcl.Diagnostics{d}
		}
	}
	return nil
}
