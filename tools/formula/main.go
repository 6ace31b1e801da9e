// Command formula prints the Homebrew formula of a release, from the checksums in
// its folder.
//
//	go run ./formula v1.2.0 ../dist > ../dist/edgesim.rb
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: formula VERSION DIST")
		os.Exit(2)
	}
	if err := print(os.Stdout, os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "formula:", err)
		os.Exit(1)
	}
}

var formula = template.Must(template.New("formula").Parse(`class Edgesim < Formula
  desc "Find out locally why CloudFront answers 502"
  homepage "https://github.com/edgesim/edgesim"
  version "{{.Version}}"
  license "Apache-2.0"
{{range $os, $arches := .Systems}}
  on_{{$os}} do
{{- range $arch, $sum := $arches}}
    on_{{if eq $arch "arm64"}}arm{{else}}intel{{end}} do
      url "https://github.com/edgesim/edgesim/releases/download/v{{$.Version}}/edgesim_{{if eq $os "macos"}}darwin{{else}}{{$os}}{{end}}_{{$arch}}"
      sha256 "{{$sum}}"
    end
{{- end}}
  end
{{end}}
  def install
    bin.install Dir["edgesim_*"].first => "edgesim"
    generate_completions_from_executable(bin/"edgesim", "completion", shells: [:bash, :zsh, :fish], shell_parameter_format: :arg)
  end

  test do
    assert_match "CF-CERT-06", shell_output("#{bin}/edgesim rules CF-CERT-06")
  end
end
`))

// print writes the formula.
func print(w io.Writer, version, dist string) error {
	f, err := os.Open(filepath.Join(dist, "SHA256SUMS"))
	if err != nil {
		return err
	}
	defer f.Close()
	systems := map[string]map[string]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		sum, name, ok := strings.Cut(lines.Text(), "  ")
		parts := strings.Split(name, "_")
		if !ok || len(parts) != 3 || parts[0] != "edgesim" || strings.Contains(parts[2], ".") {
			continue
		}
		system := map[string]string{"darwin": "macos", "linux": "linux"}[parts[1]]
		if system == "" {
			continue
		}
		if systems[system] == nil {
			systems[system] = map[string]string{}
		}
		systems[system][parts[2]] = sum
	}
	if len(systems) == 0 {
		return fmt.Errorf("%s names no binary for macOS or Linux", f.Name())
	}
	return formula.Execute(w, struct {
		Version string
		Systems map[string]map[string]string
	}{strings.TrimPrefix(version, "v"), systems})
}
