package setting

import "strings"

// Setting is one row of the table.
type Setting struct {
	// Name is the flag without its dashes, and the key of the overlay.
	Name string
	// Kind is the form of its value.
	Kind Kind
	// Group is where help and documentation list it.
	Group Group
	// Everyday marks what most people need; help lists the rest separately.
	Everyday bool
	// Ways are the ways in which it can be given. Default: flag, environment and overlay.
	Ways Ways
	// Value is the placeholder for the value in help, e.g. "URL"; "" for a Switch.
	Value string
	// Usage says what it does, in one lower-case sentence without a period.
	Usage string
	// Default is the default value as text; "" for none. Said is what help shows instead if
	// it is not a value.
	Default, Said string
	// Choices are the words of a Choice or a Place, all of them or in addition to others.
	Choices []string
	// Example is an example value for the key in an overlay; a test reads each.
	Example string
	// Schema is the JSON Schema of a Mapping; other kinds have their own.
	Schema string
}

// Kind is the form of a setting's value.
type Kind int

// The kinds. In an overlay a List or Files may also be a single string, which is one item:
// nothing is split at commas.
const (
	// Text is a string, Scalar a string or a number.
	Text Kind = iota
	Scalar
	// Switch is true or false.
	Switch
	// Number is a whole number.
	Number
	// Choice is one of a few words.
	Choice
	// Address is HOST:PORT, or "off".
	Address
	// Time is a time in the format of package when, Date "current" or a date.
	Time
	Date
	// File is a path, relative to the folder of the overlay that names it; Files
	// are several. Place is a path, a URL, or one of the choices.
	File
	Files
	Place
	// List can be given several times as a flag, and is a list in an overlay.
	List
	// Comma is a list whose items are separated by commas in a flag.
	Comma
	// Pairs is KEY=VALUE as a flag, given several times, and a mapping in an
	// overlay.
	Pairs
	// Mapping can be given in an overlay alone, in a form of its own.
	Mapping
)

// Ways are the ways in which a setting can be given.
type Ways int

// The ways. The environment goes with the flag.
const (
	Everywhere Ways = iota
	FlagOnly
	OverlayOnly
)

// Repeatable reports whether the flag can be given several times.
func (s *Setting) Repeatable() bool { return s.Kind == List || s.Kind == Files || s.Kind == Pairs }

// HasFlag reports whether the setting has a flag, and thus a variable.
func (s *Setting) HasFlag() bool { return s.Ways != OverlayOnly }

// InOverlay reports whether the overlay has a key for it.
func (s *Setting) InOverlay() bool { return s.Ways != FlagOnly }

// Variable returns the name of the environment variable. That of a repeatable setting has
// one value per line.
func (s *Setting) Variable() string { return Variable(s.Name) }

// Variable returns the name of the environment variable for a flag.
func Variable(flag string) string {
	return "EDGESIM_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// Group is the group in which a setting is listed.
type Group string

// The groups, in the order of the documentation. They are also the categories of help.
const (
	GroupOrigin    Group = "Origin"
	GroupEdge      Group = "Edge"
	GroupRecording Group = "Recording"
	GroupLog       Group = "Log"
)

// Groups returns the groups in their order.
func Groups() []Group { return []Group{GroupOrigin, GroupEdge, GroupRecording, GroupLog} }

// All returns the table in its order. The result is shared and must not be modified.
func All() []Setting { return all }

var all = join(origin, edge, recordings, logs)

func join(groups ...[]Setting) []Setting {
	var table []Setting
	for _, rows := range groups {
		table = append(table, rows...)
	}
	return table
}

// Of returns the settings of a group that have a flag.
func Of(g Group) []*Setting {
	var rows []*Setting
	for i := range all {
		if all[i].Group == g && all[i].HasFlag() {
			rows = append(rows, &all[i])
		}
	}
	return rows
}

// Flag returns the setting with this flag, or nil.
func Flag(name string) *Setting {
	for i := range all {
		if all[i].Name == name && all[i].HasFlag() {
			return &all[i]
		}
	}
	return nil
}

// Key returns the setting with this key of the overlay, or nil.
func Key(name string) *Setting {
	for i := range all {
		if all[i].Name == name && all[i].InOverlay() {
			return &all[i]
		}
	}
	return nil
}

// Keys returns the names of all keys of the overlay, in the order of the table.
func Keys() []string {
	var names []string
	for i := range all {
		if all[i].InOverlay() {
			names = append(names, all[i].Name)
		}
	}
	return names
}
