# An application as people write them: aiohttp behind the edge. It sets cookies,
# compresses, streams in chunks and speaks WebSocket. It prints its port.
import asyncio
from aiohttp import web, WSMsgType

seen = asyncio.Event()

PAGE = """<!DOCTYPE html>
<html><head><title>application</title><link rel="stylesheet" href="/style.css"></head>
<body><p id="cookie"></p><p id="style"></p><p id="socket">nothing</p><img src="/wait.svg">
<script>
fetch("/whoami").then(r => r.text()).then(t => document.getElementById("cookie").textContent = t);
addEventListener("load", () => document.getElementById("style").textContent = getComputedStyle(document.body).color);
const socket = new WebSocket((location.protocol === "https:" ? "wss://" : "ws://") + location.host + "/echo");
socket.onopen = () => socket.send("hello from the browser");
socket.onmessage = m => { document.getElementById("socket").textContent = m.data; socket.send("seen"); };
</script></body></html>"""


async def page(request):
    response = web.Response(text=PAGE, content_type="text/html")
    response.set_cookie("session", "abc", path="/")
    response.set_cookie("theme", "dark", path="/", httponly=True)
    return response


async def style(request):
    response = web.Response(text="body { color: rgb(1, 2, 3) }\n" + "/* padding */\n" * 200, content_type="text/css")
    response.enable_compression(web.ContentCoding.gzip)
    return response


async def whoami(request):
    names = sorted(request.cookies)
    return web.Response(text="cookies: " + ", ".join(f"{n}={request.cookies[n]}" for n in names))


async def chunks(request):
    response = web.StreamResponse()
    response.enable_chunked_encoding()
    await response.prepare(request)
    for n in range(100):
        await response.write(b"%04d" % n * 25)
    await response.write_eof()
    return response


async def upload(request):
    size = 0
    async for part in request.content.iter_chunked(65536):
        size += len(part)
    return web.Response(text=f"{size} bytes, {request.headers.get('Transfer-Encoding', 'with a length')}")


async def echo(request):
    socket = web.WebSocketResponse(protocols=("chat",))
    await socket.prepare(request)
    async for message in socket:
        if message.type == WSMsgType.TEXT:
            if message.data == "seen":
                seen.set()
            elif message.data == "leave":
                await socket.close(code=4001, message=b"as you wish")
            else:
                await socket.send_str("echo: " + message.data)
        elif message.type == WSMsgType.BINARY:
            await socket.send_bytes(message.data)
    return socket


async def wait(request):
    # The page's load event, which a browser that dumps a page waits for, comes
    # after the WebSocket has done its work.
    try:
        await asyncio.wait_for(seen.wait(), 60)
    except asyncio.TimeoutError:
        pass
    return web.Response(text='<svg xmlns="http://www.w3.org/2000/svg"/>', content_type="image/svg+xml")


async def main():
    app = web.Application(client_max_size=1 << 30)
    app.add_routes([web.get("/", page), web.get("/style.css", style), web.get("/whoami", whoami), web.get("/chunks", chunks),
                    web.post("/upload", upload), web.get("/echo", echo), web.get("/wait.svg", wait)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print("port", site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
