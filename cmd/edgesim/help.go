package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/internal/columns"
	"github.com/edgesim/edgesim/internal/setting"
)

// helpAll is the flag that shows every flag of a command.
const helpAll = "help-all"

// helpWidth is the width of help if the terminal does not tell, and its maximum.
const helpWidth = 100

// setHelp sets the help of a command: what it does, examples, the most needed flags in
// groups, and where to find the rest. all shows the rest, too.
func (p *program) setHelp(command *cli.Command, path string, all bool) {
	width := widthOf(p.out.stdout)
	if width == 0 || width > helpWidth {
		width = helpWidth
	}
	text := helpText(command, path, max(width, 40), all)
	// The text is not a template: nothing in it is expanded.
	command.CustomHelpTemplate = strings.NewReplacer("{{", `{{"{{"}}`).Replace(text)
	for _, sub := range command.Subcommands {
		p.setHelp(sub, path+" "+sub.Name, all)
	}
}

// helpText returns the help of one command.
func helpText(command *cli.Command, path string, width int, all bool) string {
	var b strings.Builder
	title := path
	switch {
	case len(command.Subcommands) > 0:
		title += " COMMAND"
	case command.ArgsUsage != "":
		title += " [flags] " + command.ArgsUsage
	}
	fmt.Fprintf(&b, "%s\n", title)
	paragraph(&b, command.Usage, width)
	about, examples := splitExamples(command.Description)
	if examples != "" {
		b.WriteString("\n" + examples)
	}
	if about != "" {
		for text := range strings.SplitSeq(about, "\n\n") {
			b.WriteString("\n")
			if strings.Contains(text, "  ") { // a table
				b.WriteString(text + "\n")
				continue
			}
			paragraph(&b, strings.ReplaceAll(text, "\n", " "), width)
		}
	}
	if len(command.Subcommands) > 0 {
		b.WriteString("\nCommands:\n")
		for _, sub := range command.Subcommands {
			entry(&b, sub.Name, sub.Usage, 14, width)
		}
		return b.String()
	}
	hidden := flagGroups(&b, command, width, all)
	if hidden > 0 {
		fmt.Fprintf(&b, "\n%d more flags: %s --%s\n", hidden, path, helpAll)
	}
	paragraph(&b, "\nEvery flag can also be set in the environment: EDGESIM_ and its name in capitals, with _ for -.", width)
	return b.String()
}

// splitExamples separates the examples from a description: they come first.
func splitExamples(text string) (about, examples string) {
	for _, heading := range []string{"Examples:\n", "Example:\n"} {
		if before, after, ok := strings.Cut(text, heading); ok {
			// What follows the indented lines is not an example.
			lines := strings.SplitAfter(after, "\n")
			end := slices.IndexFunc(lines, func(line string) bool { return line != "" && line != "\n" && !strings.HasPrefix(line, " ") })
			if end < 0 {
				end = len(lines)
			}
			examples = strings.TrimRight(heading+strings.Join(lines[:end], ""), "\n") + "\n"
			return strings.TrimSpace(before + strings.Join(lines[end:], "")), examples
		}
	}
	return strings.TrimSpace(text), ""
}

// flagGroups writes the flags and returns how many it left out.
func flagGroups(b *strings.Builder, command *cli.Command, width int, all bool) (hidden int) {
	groups := map[string][]cli.Flag{}
	var order []string
	everyday := slices.ContainsFunc(command.Flags, isEveryday)
	for _, flag := range command.Flags {
		rest := everyday && isSetting(flag) && !isEveryday(flag) || isLogFlag(flag)
		if rest && !all {
			hidden++
			continue
		}
		name := "Flags:"
		if f, ok := flag.(cli.CategorizableFlag); ok && f.GetCategory() != "" {
			name = f.GetCategory()
		}
		if groups[name] == nil {
			order = append(order, name)
		}
		groups[name] = append(groups[name], flag)
	}
	slices.SortStableFunc(order, func(a, b string) int { return groupRank(a) - groupRank(b) })
	for _, name := range order {
		b.WriteString("\n" + name + "\n")
		for _, flag := range groups[name] {
			writeFlag(b, flag, width)
		}
	}
	return hidden
}

// groupRank puts a command's own flags first, and the log last.
func groupRank(name string) int {
	switch name {
	case "Flags:":
		return 0
	case string(setting.GroupLog), string(setting.GroupLog) + ":":
		return 2
	}
	return 1
}

func settingOf(flag cli.Flag) *setting.Setting { return setting.Flag(nameOf(flag)) }
func isSetting(flag cli.Flag) bool             { return settingOf(flag) != nil }
func isEveryday(flag cli.Flag) bool            { s := settingOf(flag); return s != nil && s.Everyday }
func isLogFlag(flag cli.Flag) bool             { return strings.HasPrefix(nameOf(flag), "log-") }

// flagColumn is the column of the flags' descriptions.
const flagColumn = 30

// writeFlag writes one flag with its value, its meaning and its default.
func writeFlag(b *strings.Builder, flag cli.Flag, width int) {
	doc, ok := flag.(cli.DocGenerationFlag)
	if !ok {
		return
	}
	value, usage := unquoteUsage(doc.GetUsage())
	var names []string
	for _, name := range namesOf(flag) {
		dashes := "--"
		if len(name) == 1 {
			dashes = "-"
		}
		names = append(names, dashes+name)
	}
	label := strings.Join(names, ", ")
	if doc.TakesValue() {
		if value == "" {
			value = "VALUE"
		}
		label += " " + value
	}
	if text := doc.GetDefaultText(); text != "" && doc.TakesValue() && !strings.Contains(usage, "(default") {
		usage += " (default: " + strings.Trim(text, `"`) + ")"
	}
	entry(b, label, usage, flagColumn, width)
}

// unquoteUsage extracts the word in backquotes, which is the placeholder for the value.
func unquoteUsage(usage string) (value, text string) {
	before, rest, ok := strings.Cut(usage, "`")
	if !ok {
		return "", usage
	}
	value, after, ok := strings.Cut(rest, "`")
	if !ok {
		return "", usage
	}
	return value, before + value + after
}

// entry writes a label and its text in a second column; a label that is too long gets its
// own line.
func entry(b *strings.Builder, label, text string, column, width int) {
	lines := columns.Wrap(text, width-column)
	head := "  " + label
	if len(head) >= column-1 {
		b.WriteString(head + "\n")
	} else {
		b.WriteString(head + strings.Repeat(" ", column-len(head)) + lines[0] + "\n")
		lines = lines[1:]
	}
	for _, line := range lines {
		b.WriteString(strings.Repeat(" ", column) + line + "\n")
	}
}

// paragraph wraps a text to the width.
func paragraph(b *strings.Builder, text string, width int) {
	for strings.HasPrefix(text, "\n") {
		b.WriteString("\n")
		text = text[1:]
	}
	for _, line := range columns.Wrap(text, width) {
		b.WriteString(line + "\n")
	}
}
