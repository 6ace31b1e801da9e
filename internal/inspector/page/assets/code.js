// An exchange as something to run: a curl command, a Go test.

// quote makes one word of a POSIX shell out of any text.
function quote(text) { return "'" + text.replaceAll("'", "'\\''") + "'"; }

const own = ["host", "content-length", "connection", "transfer-encoding"];

function fieldsOf(e) {
  const all = e.viewer.fields ?? Object.entries(e.viewer.header ?? {}).flatMap(([name, values]) => values.map(value => ({ name, value })));
  return all.filter(f => !own.includes(f.name.toLowerCase()));
}

export function curl(e) {
  const parts = ["curl -i"];
  if (e.viewer.scheme === "https") parts[0] += "k";
  if (e.viewer.method === "HEAD") parts.push("-I");
  else if (e.viewer.method !== "GET" || e.viewer.bodyBytes > 0) parts.push("-X " + quote(e.viewer.method));
  parts.push(quote(e.viewer.scheme + "://" + e.viewer.host + e.viewer.uri));
  for (const f of fieldsOf(e)) parts.push("-H " + quote(f.name + ": " + f.value));
  if (e.viewer.body != null && e.viewer.bodyBytes > 0) parts.push("--data-binary " + quote(e.viewer.body));
  return parts.join(" \\\n  ");
}

export function goTest(e) {
  const q = JSON.stringify; // of ASCII, a Go string, too
  const go = text => q(text).replace(/[\u007f-\uffff]/g, c => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
  const lines = [
    "func TestExchange(t *testing.T) {",
    "\tedge := edgesimtest.Start(t, edgesimtest.Config{",
    "\t\tHandler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {",
    "\t\t\tw.WriteHeader(http.StatusOK) // what your origin answers",
    "\t\t}),",
    "\t})",
    "\tr, err := http.NewRequestWithContext(t.Context(), " + go(e.viewer.method) + ", edge.URL+" + go(e.viewer.uri) + ", nil)",
    "\tif err != nil {",
    "\t\tt.Fatal(err)",
    "\t}",
    ...fieldsOf(e).map(f => "\tr.Header.Add(" + go(f.name) + ", " + go(f.value) + ")"),
    "\tanswer, err := edge.Client().Do(r)",
    "\tif err != nil {",
    "\t\tt.Fatal(err)",
    "\t}",
    "\tdefer answer.Body.Close()",
    "\tif answer.StatusCode != " + e.response.status + " {",
    "\t\tt.Errorf(\"got %d, want " + e.response.status + "\", answer.StatusCode)",
    "\t}",
    "}",
  ];
  return lines.join("\n") + "\n";
}
