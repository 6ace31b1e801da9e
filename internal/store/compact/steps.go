package compact

import (
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// The fields of a change. A list of changes is one list of fields, in which each change
// starts with its leg.
const (
	chLeg = iota + 1
	chField
	chKind
	chFrom
	chTo
	chBy
	chRule
)

// changesField writes a list of changes, unless there are none.
func (c *Encoder) changesField(b []byte, field int, changes []policy.Change) []byte {
	if len(changes) == 0 {
		return b
	}
	list := c.list()
	for i := range changes {
		change := &changes[i]
		list = c.item(list, chLeg, string(change.Leg))
		list = c.text(list, chField, change.Field)
		list = c.text(list, chKind, string(change.Kind))
		list = c.text(list, chFrom, change.From)
		list = c.text(list, chTo, change.To)
		list = c.text(list, chBy, change.By)
		list = c.text(list, chRule, string(change.Rule))
	}
	b = appendBytes(b, field, list)
	c.done(list)
	return b
}

func (d *decoder) changes(b []byte) []policy.Change {
	var all []policy.Change
	d.fields(b, func(f *field) {
		if f.number == chLeg {
			all = append(all, policy.Change{})
		}
		if len(all) == 0 {
			return
		}
		change := &all[len(all)-1]
		switch f.number {
		case chLeg:
			change.Leg = policy.ChangeLeg(d.text(f))
		case chField:
			change.Field = d.text(f)
		case chKind:
			change.Kind = policy.ChangeKind(d.text(f))
		case chFrom:
			change.From = d.text(f)
		case chTo:
			change.To = d.text(f)
		case chBy:
			change.By = d.text(f)
		case chRule:
			change.Rule = policy.RuleID(d.text(f))
		}
	})
	return all
}

// The fields of what the cache did with a request.
const (
	ccDecision = iota + 1
	ccKey
	ccTTL
	ccAge
	ccRule
	ccReason
	ccFrom
)

func (c *Encoder) cacheFacts(b []byte, f *recording.CacheFacts) []byte {
	b = c.text(b, ccDecision, string(f.Decision))
	b = c.text(b, ccKey, f.Key)
	b = appendSigned(b, ccTTL, int64(f.TTL))
	b = appendSigned(b, ccAge, int64(f.Age))
	b = c.text(b, ccRule, string(f.Rule))
	b = c.text(b, ccReason, f.Reason)
	return c.text(b, ccFrom, f.From)
}

func (d *decoder) cacheFacts(b []byte) *recording.CacheFacts {
	facts := &recording.CacheFacts{}
	d.fields(b, func(f *field) {
		switch f.number {
		case ccDecision:
			facts.Decision = recording.CacheDecision(d.text(f))
		case ccKey:
			facts.Key = d.text(f)
		case ccTTL:
			facts.TTL = f.duration()
		case ccAge:
			facts.Age = f.duration()
		case ccRule:
			facts.Rule = policy.RuleID(d.text(f))
		case ccReason:
			facts.Reason = d.text(f)
		case ccFrom:
			facts.From = d.text(f)
		}
	})
	return facts
}

// The fields of a function run; those from fuClass on belong to its error, whose presence
// fuFailed marks.
const (
	fuEvent = iota + 1
	fuName
	fuRuntime
	fuLog
	fuDuration
	fuChanged
	fuFailed
	fuClass
	fuMessage
	fuLine
	fuColumn
)

func (c *Encoder) function(b []byte, r *recording.FunctionRun) []byte {
	b = c.text(b, fuEvent, r.Event)
	b = c.text(b, fuName, r.Name)
	b = c.text(b, fuRuntime, r.Runtime)
	for _, line := range r.Log {
		b = c.item(b, fuLog, line)
	}
	b = appendSigned(b, fuDuration, int64(r.Duration))
	b = c.changesField(b, fuChanged, r.Changed)
	if e := r.Error; e != nil {
		b = appendBool(b, fuFailed, true)
		b = c.text(b, fuClass, e.Class)
		b = c.text(b, fuMessage, e.Message)
		b = appendSigned(b, fuLine, int64(e.Line))
		b = appendSigned(b, fuColumn, int64(e.Column))
	}
	return b
}

func (d *decoder) function(b []byte) recording.FunctionRun {
	var r recording.FunctionRun
	var failed recording.FunctionError
	d.fields(b, func(f *field) {
		switch f.number {
		case fuEvent:
			r.Event = d.text(f)
		case fuName:
			r.Name = d.text(f)
		case fuRuntime:
			r.Runtime = d.text(f)
		case fuLog:
			r.Log = append(r.Log, d.text(f))
		case fuDuration:
			r.Duration = f.duration()
		case fuChanged:
			r.Changed = d.changes(d.bytes(f))
		case fuFailed:
			r.Error = &failed
		case fuClass:
			failed.Class = d.text(f)
		case fuMessage:
			failed.Message = d.text(f)
		case fuLine:
			failed.Line = int(f.signed())
		case fuColumn:
			failed.Column = int(f.signed())
		}
	})
	return r
}

// The fields of a failover step.
const (
	foOrigin = iota + 1
	foStatus
	foCause
)

func (c *Encoder) failover(b []byte, s *recording.FailoverStep) []byte {
	b = c.text(b, foOrigin, s.Origin)
	b = appendSigned(b, foStatus, int64(s.Status))
	if s.Cause != nil {
		cause := c.cause(c.list(), s.Cause)
		b = appendBytes(b, foCause, cause)
		c.done(cause)
	}
	return b
}

func (d *decoder) failover(b []byte) recording.FailoverStep {
	var s recording.FailoverStep
	d.fields(b, func(f *field) {
		switch f.number {
		case foOrigin:
			s.Origin = d.text(f)
		case foStatus:
			s.Status = int(f.signed())
		case foCause:
			s.Cause = d.cause(d.bytes(f))
		}
	})
	return s
}
