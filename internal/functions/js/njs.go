package js

import "regexp"

// njsWords maps messages of the engine to those of njs.
var njsWords = []struct {
	engine *regexp.Regexp
	njs    string
}{
	{regexp.MustCompile(`^ReferenceError: (\S+) is not defined$`), `ReferenceError: "$1" is not defined`},
	{regexp.MustCompile(`^TypeError: Cannot read property '([^']*)' of (undefined|null)$`), `TypeError: cannot get property "$1" of $2`},
	{regexp.MustCompile(`^TypeError: Cannot set property '([^']*)' of (undefined|null)$`), `TypeError: cannot set property "$1" of $2`},
	{regexp.MustCompile(`^TypeError: Cannot read property "([^"]*)" of (undefined|null)$`), `TypeError: cannot get property "$1" of $2`},
	{regexp.MustCompile(`^TypeError: Object has no member '([^']*)'$`), `TypeError: (intermediate value)["$1"] is not a function`},
	{regexp.MustCompile(`^TypeError: Assignment to constant variable\.?$`), `TypeError: assignment to constant variable`},
	{regexp.MustCompile(`^Duplicate parameter name not allowed in this context$`), `Duplicate parameter names`},
	{regexp.MustCompile(`^Identifier '([^']*)' has already been declared$`), `"$1" has already been declared`},
	{regexp.MustCompile(`^Strict mode code may not include a with statement$`), `Token "(" not supported in this version`},
	{regexp.MustCompile(`^Delete of an unqualified identifier in strict mode\.?$`), `Delete of an unqualified identifier`},
}

// inNjs rewords a message of the engine as njs does, if known.
func inNjs(message string) string {
	for _, w := range njsWords {
		if w.engine.MatchString(message) {
			return w.engine.ReplaceAllString(message, w.njs)
		}
	}
	return message
}
