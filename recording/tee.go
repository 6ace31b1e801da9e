package recording

// Tee returns a Recorder that passes every exchange to all recorders given, in
// order. Nil recorders are ignored.
func Tee(recorders ...Recorder) Recorder {
	var all tee
	for _, r := range recorders {
		if r != nil {
			all = append(all, r)
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return all
}

type tee []Recorder

// Record hands the exchange on.
func (t tee) Record(e *Exchange) {
	for _, r := range t {
		r.Record(e)
	}
}
