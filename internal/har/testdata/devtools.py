"""Imports an archive into the developer tools of a real Chromium and prints what they made of it.

No test runs this: a browser is too much to ask of a test machine. By hand, with edgesim recordings export --format har -o all.har:

    chromium --headless=new --remote-debugging-port=9333 --remote-allow-origins='*' about:blank &
    python3 devtools.py all.har

It opens the front end of the developer tools that comes with the browser, lets their Network panel load the file as a person does,
and lists the rows. Last done with Chromium 156: every row was shown, with its timings, cookies, form data and body.
"""
import base64, json, os, socket, struct, sys, time, urllib.request

BROWSER = "127.0.0.1:9333"


class WS:
    def __init__(s,url):
        hp,path=url[5:].split('/',1); h,p=hp.split(':')
        s.s=socket.create_connection((h,int(p)),30)
        k=base64.b64encode(os.urandom(16)).decode()
        s.s.sendall(f"GET /{path} HTTP/1.1\r\nHost: {hp}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {k}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        b=b''
        while b'\r\n\r\n' not in b: b+=s.s.recv(1)
        assert b' 101 ' in b, b
        s.n=0
    def send(s,t):
        d=t.encode(); m=os.urandom(4); n=len(d)
        h=b'\x81'+(bytes([0x80|n]) if n<126 else bytes([0xfe])+struct.pack('>H',n) if n<65536 else bytes([0xff])+struct.pack('>Q',n))
        s.s.sendall(h+m+bytes(c^m[i&3] for i,c in enumerate(d)))
    def rx(s,n):
        b=b''
        while len(b)<n:
            c=s.s.recv(n-len(b))
            if not c: raise EOFError
            b+=c
        return b
    def recv(s):
        out=b''
        while True:
            a,b=s.rx(2); n=b&127
            if n==126: n=struct.unpack('>H',s.rx(2))[0]
            elif n==127: n=struct.unpack('>Q',s.rx(8))[0]
            d=s.rx(n)
            if a&15 in (0,1): out+=d
            if a&0x80 and a&15 in (0,1): return out.decode()
    def call(s,m,**p):
        s.n+=1; s.send(json.dumps({"id":s.n,"method":m,"params":p}))
        while True:
            r=json.loads(s.recv())
            if r.get('id')==s.n: return r


def new(url):
    return json.load(urllib.request.urlopen(urllib.request.Request("http://" + BROWSER + "/json/new?" + url, method="PUT")))


page = new("about:blank")
front = new("http://" + BROWSER + "/devtools/devtools_app.html?ws=" + BROWSER + "/devtools/page/" + page["id"])
ws = WS(front["webSocketDebuggerUrl"])
time.sleep(4)  # the front end loads
script = """
(async () => {
  const text = %s;
  const Network = await import('./panels/network/network.js');
  const UI = await import('./ui/legacy/legacy.js');
  await UI.ViewManager.ViewManager.instance().showView('network');
  const view = Network.NetworkPanel.NetworkPanel.instance().networkLogView;
  await view.onLoadFromFile(new File([text], 'all.har'));
  await new Promise(done => setTimeout(done, 2000));
  const rows = [];
  for (const node of view.flatNodesList()) {
    const r = node.request(), c = r && await r.requestContentData();
    if (r) rows.push({method: r.requestMethod, url: r.url(), status: r.statusCode, remote: r.remoteAddress(), ms: Math.round(r.duration * 1000),
      timing: !!r.timing, cookies: r.includedRequestCookies().length, form: await r.requestFormData(), body: (c.text || c.base64 || '').length});
  }
  return JSON.stringify(rows);
})()""" % json.dumps(open(sys.argv[1]).read())
answer = ws.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
value = answer.get("result", {}).get("result", {}).get("value")
if not value:
    sys.exit(json.dumps(answer, indent=1)[:2000])
for row in json.loads(value):
    print(row)
