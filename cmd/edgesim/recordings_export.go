package main

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/internal/cflog"
	"github.com/edgesim/edgesim/internal/har"
	"github.com/edgesim/edgesim/recording"
)

// formatCategory is the heading in help for the format flags.
const formatCategory = "Format:"

func (p *program) recordingsExportCommand() *cli.Command {
	const category = formatCategory
	return &cli.Command{
		Name: "export", Usage: "write exchanges for other programs, oldest first",
		Description: "har             HTTP Archive 1.2: for browsers' developer tools; edgesim reads it back without loss\n" +
			"jsonl           one exchange per line; --schema prints the JSON Schema\n" +
			"cflog           CloudFront's standard log, legacy W3C format\n" +
			"cflog-realtime  CloudFront's real-time log; --fields selects fields\n\n" +
			"Redacted values stay redacted. Only the recorded part of a body is exported; har and jsonl mark\n" +
			"where there was more.\n\n" +
			"Example:\n" +
			"  edgesim recordings export --format har --cause cert-expired -o failures.har",
		Flags: append(append(filterFlags(), whereFlags()...),
			&cli.StringFlag{Name: "format", Value: "jsonl", Usage: "`FORMAT` of the export: har, jsonl, cflog or cflog-realtime", Category: category},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write to `FILE`, completely or not at all (default: standard output)", Category: category},
			&cli.BoolFlag{Name: "gzip", Usage: "compress the output", Category: category},
			&cli.StringFlag{Name: "domain", Usage: "cflog: the distribution's `NAME`, dNNN.cloudfront.net", Category: category},
			&cli.BoolFlag{Name: "cookies", Usage: "cflog: log cookies, as the distribution's logging setting does", Category: category},
			&cli.StringFlag{Name: "fields", Usage: "cflog-realtime: `LIST` of fields, separated by commas (default: all)", Category: category},
			&cli.BoolFlag{Name: "schema", Usage: "only print the JSON Schema of an exchange", Category: category}),
		Action: p.recordingsExport,
	}
}

// exporter writes exchanges in one format.
type exporter interface {
	Write(*recording.Exchange) error
	Close() error
}

func (p *program) recordingsExport(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	if c.Bool("schema") {
		_, err := io.WriteString(p.out.stdout, recording.Schema())
		return err
	}
	f, err := filterOf(c)
	if err != nil {
		return err
	}
	f.OldestFirst, f.Bodies = true, true
	if _, err := newExporter(c, io.Discard); err != nil {
		return err
	}
	store, err := p.openRecordings(c, false)
	if err != nil {
		return err
	}
	defer store.Close()
	// Nearly all of the memory holds exchanges that have already been written: collecting
	// it less often saves a fifth of the time, for some tens of megabytes.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	return p.output(c.String("output"), func(w io.Writer) error {
		if c.Bool("gzip") {
			z := gzip.NewWriter(w)
			if err := p.export(c, store, f, z); err != nil {
				return err
			}
			return z.Close()
		}
		return p.export(c, store, f, w)
	})
}

// export writes all exchanges that the filter selects.
func (p *program) export(c *cli.Context, store recording.Store, f recording.Filter, w io.Writer) error {
	x, err := newExporter(c, w)
	if err != nil {
		return err
	}
	if err := p.each(c, store, f, 0, x.Write); err != nil {
		return err
	}
	if log, ok := x.(*cflog.Writer); ok && log.Unlogged() > 0 {
		p.out.note("%s left out: CloudFront does not log a URL or headers beyond its limits", plural(log.Unlogged(), "exchange"))
	}
	return x.Close()
}

func newExporter(c *cli.Context, w io.Writer) (exporter, error) {
	options := cflog.Options{Domain: c.String("domain"), Cookies: c.Bool("cookies")}
	switch format := c.String("format"); format {
	case "har":
		return har.NewWriter(w, har.Creator{Name: "edgesim", Version: version().Version}), nil
	case "jsonl":
		return &lines{to: w, encoder: recording.JSONEncoder{EscapeHTML: true}}, nil
	case "cflog":
		return cflog.NewWriter(w, options), nil
	case "cflog-realtime":
		x, err := cflog.NewRealTimeWriter(w, options, list(c.String("fields"))...)
		if err != nil {
			return nil, usage{err: fmt.Errorf("--fields: %w", err)}
		}
		return x, nil
	default:
		return nil, usage{err: fmt.Errorf("--format %q is not one of har, jsonl, cflog, cflog-realtime", format)}
	}
}

// lines writes JSON Lines.
type lines struct {
	to      io.Writer
	encoder recording.JSONEncoder
	line    []byte
}

// Write writes one exchange as a line.
func (l *lines) Write(e *recording.Exchange) (err error) {
	if l.line, err = l.encoder.Append(l.line[:0], e); err == nil {
		_, err = l.to.Write(append(l.line, '\n'))
	}
	return err
}

// Close does nothing.
func (*lines) Close() error { return nil }

// outputBuffer is how much is written at once: an export is large.
const outputBuffer = 256 << 10

// output lets write fill a file, which only appears when it is complete, or standard
// output.
func (p *program) output(file string, write func(io.Writer) error) error {
	if file == "" || file == "-" {
		b := bufio.NewWriterSize(p.out.stdout, outputBuffer)
		if err := write(b); err != nil {
			return err
		}
		return b.Flush()
	}
	f, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*")
	if err != nil {
		return usage{err: fmt.Errorf("--output %s: %w", file, cause(err))}
	}
	defer os.Remove(f.Name()) // after the rename this name no longer exists
	b := bufio.NewWriterSize(f, outputBuffer)
	err = write(b)
	if err == nil {
		err = b.Flush()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	return err
}
