package main

import (
	"maps"
	"slices"

	"github.com/sirupsen/logrus"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/functions"
	"github.com/edgesim/edgesim/internal/functions/lambda"
	"github.com/edgesim/edgesim/internal/ingest"
	"github.com/edgesim/edgesim/recording"
)

// loadFunctions makes the edge functions of a distribution, and reports each one without
// code, which is not run. mode is that of --functions.
func (p *program) loadFunctions(d *distribution.Distribution, overlay *ingest.Overlay, mode string) (*functions.Set, error) {
	if mode == "off" {
		return nil, nil
	}
	set, err := functions.Load(d, functionSources(overlay, p.lambdaLog))
	if err != nil {
		return nil, usage{err: err}
	}
	for _, missing := range set.Missing() {
		p.out.note("unsimulated: %s", missing)
	}
	return set, nil
}

// functionSources returns the files that an overlay names.
func functionSources(o *ingest.Overlay, log func(function, line string)) functions.Sources {
	sources := functions.Sources{Log: log}
	if o == nil {
		return sources
	}
	sources.Functions, sources.Stores, sources.Lambdas = o.Functions, o.Stores, map[string]lambda.Config{}
	for arn, l := range o.Lambdas {
		sources.Lambdas[arn] = lambda.Config{File: l.File, Handler: l.Handler, Endpoint: l.Endpoint, Name: l.Name, Environment: l.Environment}
	}
	return sources
}

// functionLog logs what a CloudFront function logged; the output of a Lambda process has
// already been logged.
func (p *program) functionLog(exchange string, run *recording.FunctionRun) {
	if run.Event == "" || !isCloudFrontRuntime(run.Runtime) {
		return
	}
	for _, line := range run.Log {
		p.log.WithFields(logrus.Fields{"function": run.Name, "event": run.Event, "exchange": exchange}).Info(line)
	}
}

func isCloudFrontRuntime(runtime string) bool {
	return runtime == "cloudfront-js-1.0" || runtime == "cloudfront-js-2.0"
}

// lambdaLog logs what a Lambda process printed.
func (p *program) lambdaLog(function, line string) {
	p.log.WithField("function", function).Info(line)
}

// functionFiles returns the files of code and stores that an overlay names, sorted:
// changing one changes the configuration.
func functionFiles(o *ingest.Overlay) []string {
	if o == nil {
		return nil
	}
	var files []string
	for _, named := range []map[string]string{o.Functions, o.Stores} {
		files = slices.AppendSeq(files, maps.Values(named))
	}
	for _, l := range o.Lambdas {
		if l.File != "" {
			files = append(files, l.File)
		}
	}
	slices.Sort(files)
	return files
}
