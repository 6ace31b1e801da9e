package peers

import (
	"os/exec"
	"testing"
)

// python is Debian's interpreter, which has the packages that Debian installs; another one
// earlier on the path does not.
const python = "/usr/bin/python3"

// Python returns the command that runs a Python program. Each of the modules that it needs
// is a peer of its own.
func Python(t testing.TB, modules []string, args ...string) *exec.Cmd {
	t.Helper()
	for _, module := range modules {
		Need(t, "python3:"+module)
	}
	command := exec.CommandContext(t.Context(), python, args...)
	command.Env = environment()
	return command
}

// findModule returns the interpreter if it has the module, otherwise "".
func findModule(module string) string {
	if exec.Command(python, "-c", "import "+module).Run() != nil {
		return ""
	}
	return python
}
