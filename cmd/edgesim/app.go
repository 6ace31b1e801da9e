package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/internal/logline"
	"github.com/edgesim/edgesim/internal/setting"
)

// Exit codes are part of the contract.
const (
	exitFine      = 0
	exitFailed    = 1 // a rule failed: CloudFront would answer with an error
	exitUsage     = 2 // usage or unreadable input
	exitUndecided = 3 // could not be decided
)

// run is the program: it parses the arguments, calls one command, and turns the result into
// an exit code. Nothing else turns an error into an exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &program{stdin: stdin, out: output{stdout: stdout, stderr: stderr}, log: logrus.New()}
	p.logTo = &logStream{stderr}
	lines := logline.NewWriter(p.logTo)
	defer lines.Close()
	p.log.SetOutput(lines)
	args, p.helpAll = withoutHelpAll(args)
	app := p.app()
	err := app.RunContext(ctx, interleave(app, args))
	if err == nil {
		return exitFine
	}
	var verdict concluded
	if errors.As(err, &verdict) {
		return verdict.ExitCode()
	}
	p.out.failure(err)
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) {
		return coded.ExitCode()
	}
	return exitUsage
}

// program is what all commands share.
type program struct {
	stdin io.Reader
	out   output
	log   *logrus.Logger
	logTo *logStream
	// helpAll means that help lists every flag.
	helpAll bool
	// watched means that a person reads the log on a terminal, and gets lines for people
	// instead of it.
	watched bool
}

// logStream is the stream that the log goes to, chosen before its first line.
type logStream struct{ io.Writer }

// app is the command line: names, help, and the functions that carry out the commands.
func (p *program) app() *cli.App {
	app := &cli.App{
		Name:    "edgesim",
		Usage:   "run a CloudFront distribution locally, and find out why an origin causes a 502 before you deploy",
		Version: version().String(),
		Description: "Sends local traffic through an edge that connects to your origins and answers the way\n" +
			"CloudFront does, and names the documented rule behind each failure.\n\n" +
			"Examples:\n" +
			"  edgesim demo                                     a tour of every fault, in one process\n" +
			"  edgesim serve --origin https://www.example.com   an edge in front of one origin\n" +
			"  edgesim serve dist-config.json                   an edge for the distribution you have\n" +
			"  edgesim check https://www.example.com            would CloudFront reach this origin?\n" +
			"  edgesim lab                                      broken origins to try things on",
		// The version, which may be long, is printed by --version.
		CustomAppHelpTemplate: strings.Replace(cli.AppHelpTemplate, "\n\nVERSION:\n   {{.Version}}", "", 1),

		Writer:          p.out.stdout,
		ErrWriter:       p.out.stderr,
		Reader:          p.stdin,
		HideHelpCommand: true,
		// Values of repeatable flags are not split at commas, which they may contain; in
		// the environment, there is one per line.
		SliceFlagSeparator: "\n",
		// urfave/cli's own handler calls os.Exit; run does that, once.
		ExitErrHandler: func(*cli.Context, error) {},
		Commands: []*cli.Command{
			p.demoCommand(),
			p.serveCommand(),
			p.checkCommand(),
			p.rulesCommand(),
			p.labCommand(),
			p.recordingsCommand(),
			p.configCommand(),
			p.pullCommand(),
			p.invalidateCommand(),
			p.signCommand(),
			p.functionCommand(),
			p.caCommand(),
			p.healthcheckCommand(),
			p.completionCommand(),
			p.manCommand(),
		},
		OnUsageError: func(_ *cli.Context, err error, _ bool) error {
			return usage{err: twoDashes(err), hint: "edgesim --help lists the commands; flags of a command stand behind its name"}
		},
		Action: func(c *cli.Context) error {
			if c.Args().First() == "help" {
				return helpCommand(c)
			}
			if c.Args().Present() {
				return unknownCommand(c, c.Args().First())
			}
			return cli.ShowAppHelp(c)
		},
	}
	for _, command := range app.Commands {
		p.complete(command)
		p.setHelp(command, app.Name+" "+command.Name, p.helpAll)
	}
	return app
}

// complete adds what every command has: the log flags, and usage errors in our own style.
func (p *program) complete(command *cli.Command) {
	command.HideHelpCommand = true
	command.Flags = append(command.Flags, logFlags()...)
	command.Before = p.configureLog
	command.OnUsageError = func(c *cli.Context, err error, _ bool) error {
		return flagMistake(err, c.Command)
	}
	for _, flag := range command.Flags {
		if name := variableOf(command, flag); name != "" {
			fromEnvironment(flag, name)
		}
	}
	for _, sub := range command.Subcommands {
		p.complete(sub)
	}
}

func (p *program) configureLog(c *cli.Context) error {
	return p.setLog(given{c: c})
}

// setLog configures the log as the flags or the overlay say.
func (p *program) setLog(g given) error {
	switch output := g.text("log-output"); output {
	case "", "stderr":
		p.logTo.Writer = p.out.stderr
	case "stdout":
		p.logTo.Writer = p.out.stdout
	default:
		return usage{err: fmt.Errorf("--log-output %q is neither stderr nor stdout", output)}
	}
	level, format := g.text("log-level"), g.text("log-format")
	parsed, err := logrus.ParseLevel(level)
	if err != nil {
		return usage{err: fmt.Errorf("--log-level %q is not one of debug, info, warn, error", level)}
	}
	p.log.SetLevel(parsed)
	if format == "" {
		format = "json"
		if isTerminal(p.logTo.Writer) {
			format, p.watched = "text", true
		}
	}
	switch format {
	case "text":
		p.log.SetFormatter(&logrus.TextFormatter{FullTimestamp: true, TimestampFormat: "15:04:05.000", SortingFunc: logline.SortFields,
			DisableColors: !colored(p.logTo.Writer)})
	case "json":
		p.log.SetFormatter(&logrus.JSONFormatter{})
	default:
		return usage{err: fmt.Errorf("--log-format %q is neither text nor json", format)}
	}
	return nil
}

// ownToCommand reports whether a flag means something other than the flag of the same name
// elsewhere, so that the environment cannot set it: EDGESIM_ORIGIN, set for serve, must not
// hide recordings, and EDGESIM_FORMAT, set for check, must not break an export.
func ownToCommand(flag cli.Flag) bool {
	f, ok := flag.(cli.CategorizableFlag)
	return ok && (f.GetCategory() == filterCategory || f.GetCategory() == formatCategory || f.GetCategory() == askCategory)
}

// ownVariables are the variables of flags that mean something other than the flag of the
// same name elsewhere, by command and flag. Destructive flags have none: "" means none.
var ownVariables = map[string]string{
	"lab host":    "EDGESIM_LAB_HOST",
	"lab ca-file": "EDGESIM_LAB_CA_FILE",
	"sign policy": "EDGESIM_SIGN_POLICY",
	"rm all":      "",
}

// variableOf returns the variable that can also set a command's flag, usually
// EDGESIM_<FLAG>; "" for none.
func variableOf(command *cli.Command, flag cli.Flag) string {
	name := nameOf(flag)
	if own, ok := ownVariables[command.Name+" "+name]; ok {
		return own
	}
	if ownToCommand(flag) {
		return ""
	}
	return setting.Variable(name)
}

// fromEnvironment allows setting a flag by a variable.
func fromEnvironment(flag cli.Flag, name string) {
	switch f := flag.(type) {
	case *cli.StringFlag:
		f.EnvVars = []string{name}
	case *cli.StringSliceFlag:
		f.EnvVars = []string{name}
	case *cli.BoolFlag:
		f.EnvVars = []string{name}
		f.DisableDefaultText = true
	case *cli.IntFlag:
		f.EnvVars = []string{name}
	}
}

// noArguments rejects arguments if a command takes none.
func noArguments(c *cli.Context) error {
	if !c.Args().Present() {
		return nil
	}
	return usage{err: fmt.Errorf("%s takes no arguments, %q was given", c.Command.Name, c.Args().First()),
		hint: c.Command.HelpName + " --help shows what it takes"}
}
