package tree

import "strings"

// DidYouMean returns the candidate that an unknown name probably meant, or "" if none is
// close.
func DidYouMean(name string, candidates []string) string {
	best, distance := "", 1+len(name)/3
	for _, c := range candidates {
		if strings.EqualFold(c, name) {
			return c
		}
		if d := editDistance(strings.ToLower(name), strings.ToLower(c)); d <= distance && d < len(c) {
			if best == "" || d < distance {
				best, distance = c, d
			}
		}
	}
	return best
}

// editDistance counts the insertions, deletions and replacements between two short words
// (Levenshtein). Long ones count as far apart.
func editDistance(a, b string) int {
	const most = 64
	if len(a) > most || len(b) > most {
		return most
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
