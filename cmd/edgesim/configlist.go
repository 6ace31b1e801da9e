package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/edgesim/edgesim/distribution"
)

// listed is a distribution in the JSON of config --list.
type listed struct {
	Name       string             `json:"name"`
	ID         string             `json:"id"`
	DomainName string             `json:"domainName"`
	Aliases    []string           `json:"aliases"`
	Origins    []string           `json:"origins"`
	Behaviors  []string           `json:"behaviors"`
	Unresolved []listedUnresolved `json:"unresolved"`
}

// listedUnresolved is a value that the files do not contain. Decides means that nothing can
// be served without it.
type listedUnresolved struct {
	Path    string `json:"path"`
	What    string `json:"what"`
	Supply  string `json:"supply"`
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Decides bool   `json:"decides"`
}

func newListed(d *distribution.Distribution) listed {
	l := listed{Name: cmp.Or(d.Name, d.ID), ID: d.ID, DomainName: d.DomainName, Aliases: append([]string{}, d.Aliases...),
		Origins: []string{}, Behaviors: []string{}, Unresolved: []listedUnresolved{}}
	for i := range d.Origins {
		l.Origins = append(l.Origins, d.Origins[i].ID)
	}
	for i := range d.Behaviors {
		l.Behaviors = append(l.Behaviors, d.Behaviors[i].PathPattern)
	}
	l.Behaviors = append(l.Behaviors, "*")
	for _, u := range d.Unresolved {
		l.Unresolved = append(l.Unresolved, listedUnresolved{u.Path, u.What, u.Supply, u.File, u.Line, u.Decides})
	}
	return l
}

// printList prints one line per distribution, or JSON.
func (p *program) printList(asJSON bool, all []*distribution.Distribution) error {
	if asJSON {
		list := make([]listed, 0, len(all))
		for _, d := range all {
			list = append(list, newListed(d))
		}
		enc := json.NewEncoder(p.out.stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(list)
	}
	w := tabwriter.NewWriter(p.out.stdout, 0, 0, 2, ' ', 0)
	for i, d := range all {
		name := cmp.Or(d.Name, d.ID, fmt.Sprintf("(number %d, without a name)", i+1))
		hosts := d.Aliases
		if d.DomainName != "" {
			hosts = append([]string{d.DomainName}, hosts...)
		}
		unresolved := ""
		if n := len(d.Unresolved); n > 0 {
			unresolved = fmt.Sprintf("%d unresolved: %s", n, d.Unresolved[0].Path)
			if n > 1 {
				unresolved += fmt.Sprintf(" and %d more (--json names all)", n-1)
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", name, cmp.Or(strings.Join(hosts, ","), "any host"), plural(len(d.Origins), "origin"), plural(len(d.Behaviors)+1, "behavior"), unresolved)
	}
	return w.Flush()
}
