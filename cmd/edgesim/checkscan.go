package main

import (
	"fmt"
	"strings"

	"github.com/edgesim/edgesim/internal/check"
)

// scan prints what an origin accepts next to what CloudFront offers.
func (t *checkText) scan(s check.Scan) {
	fmt.Fprintf(t.out, "%sSCAN      %s%s\n", t.ink.bold, s.Target, t.ink.off)
	if s.Error != "" {
		t.row("", "not scanned: "+s.Error)
		t.end()
		return
	}
	fmt.Fprintf(t.out, "%-44s %-11s %s\n", "", "CloudFront", "origin")
	for _, v := range s.Table.Versions {
		t.scanRow(v.Name, v.ScanItem)
		for _, suite := range v.Suites {
			t.scanRow("  "+suite.Name, suite)
		}
	}
	t.scanRow("curves", check.ScanItem{})
	for _, curve := range s.Table.Curves {
		t.scanRow("  "+curve.Name, curve)
	}
	t.row("", fmt.Sprintf("of the %d suites CloudFront offers, the origin takes %d; without TLS 1.0, TLS 1.1 and CBC %d are left (* was chosen)",
		s.Table.Offered, s.Table.Shared, s.Table.Modern))
	for _, limit := range s.Table.Limits {
		t.row("limit", limit)
	}
	t.end()
}

func (t *checkText) scanRow(name string, i check.ScanItem) {
	origin := "-"
	switch {
	case i.Unknown:
		origin = "?"
	case i.Accepted:
		origin = "yes"
	}
	offered := "-"
	if i.Offered {
		offered = "offers"
	}
	if i == (check.ScanItem{}) {
		offered, origin = "", ""
	}
	if i.Chosen {
		origin += " *"
	}
	line := strings.TrimRight(fmt.Sprintf("%-44s %-11s %s", name, offered, origin), " ")
	color := ""
	if i.Chosen {
		color = t.ink.green
	} else if i.Offered && !i.Accepted || i.Accepted && !i.Offered {
		color = t.ink.faint
	}
	fmt.Fprintf(t.out, "%s%s%s\n", color, line, t.ink.off)
}
