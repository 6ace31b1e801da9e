package proxy

import "time"

// CacheForTest asks a small cache of certificates for names, and returns how
// many it holds then and whether it still has the first one.
func CacheForTest(ca *CA, limit int, names ...string) (held int, hasFirst bool, err error) {
	l := newLeaves(ca, time.Now, limit)
	for _, name := range names {
		if _, err := l.get(leafName{dns: name}); err != nil {
			return 0, false, err
		}
	}
	_, hasFirst = l.byName[leafName{dns: names[0]}]
	return l.recent.Len(), hasFirst, nil
}

// AbsoluteTargetForTest and IsDNSNameForTest are for fuzzing.
var (
	AbsoluteTargetForTest = absoluteTarget
	IsDNSNameForTest      = isDNSName
)
