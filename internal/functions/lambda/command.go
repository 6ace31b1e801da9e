package lambda

import (
	_ "embed"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed bootstrap.mjs
var nodeBootstrap string

//go:embed bootstrap.py
var pythonBootstrap string

// command is how a handler's process is started.
type command struct {
	program   string
	arguments []string
	directory string
	env       []string
}

// commandFor finds the program that runs a handler.
func commandFor(c *Config) (command, error) {
	name, arguments := "node", []string{"--input-type=module", "--eval", nodeBootstrap, "--"}
	handler := c.Handler
	if strings.HasSuffix(c.File, ".py") {
		name, arguments = "python3", []string{"-c", pythonBootstrap}
		if handler == "" {
			handler = "lambda_handler"
		}
	}
	if handler == "" {
		handler = "handler"
	}
	if i := strings.LastIndexByte(handler, '.'); i >= 0 { // as in Lambda: file.function
		handler = handler[i+1:]
	}
	program, err := exec.LookPath(name)
	if err != nil {
		return command{}, fmt.Errorf("%s is needed to run %s, and is not on the PATH", name, filepath.Base(c.File))
	}
	if name == "python3" { // it may be a wrapper that needs the environment
		if out, err := exec.Command(program, "-c", "import sys; print(sys.executable)").Output(); err == nil {
			program = strings.TrimSpace(string(out))
		}
	}
	return command{program, append(arguments, c.File, handler), filepath.Dir(c.File), environment(c)}, nil
}

// environment is what a process gets: what Lambda sets, and what is configured (CF-LAE-75).
// Nothing of this process's own is passed on.
func environment(c *Config) []string {
	name := c.Name
	if name == "" {
		name = strings.TrimSuffix(filepath.Base(c.File), filepath.Ext(c.File))
	}
	env := map[string]string{
		"AWS_LAMBDA_FUNCTION_NAME": name, "AWS_LAMBDA_FUNCTION_VERSION": "1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
		"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_EXECUTION_ENV": "edgesim", "TZ": ":UTC", "LANG": "en_US.UTF-8",
		"PATH": "/usr/local/bin:/usr/bin:/bin",
	}
	maps.Copy(env, c.Environment)
	list := make([]string, 0, len(env))
	for _, key := range slices.Sorted(maps.Keys(env)) {
		list = append(list, key+"="+env[key])
	}
	return list
}
