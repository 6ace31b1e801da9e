# An application with ETags, behind the cache. aiohttp judges If-None-Match by
# itself. POST /version changes the page; /asked says how often each path was asked,
# and which of those were conditional. It prints its port.
import asyncio
from aiohttp import web

version = 1
asked = {}


def note(request):
    total, conditional = asked.get(request.path, (0, 0))
    asked[request.path] = (total + 1, conditional + ("If-None-Match" in request.headers))


async def page(request):
    note(request)
    response = web.Response(text=f"page {version}\n" * 200, content_type="text/html")
    response.headers["Cache-Control"] = "max-age=60"
    response.etag = f"v{version}"
    response.enable_compression()  # as the viewer accepts, with an ETag that stays
    if response.etag in (request.if_none_match or ()):
        return web.Response(status=304, headers={"ETag": response.headers["ETag"], "Cache-Control": "max-age=60", "X-Confirmed": str(version)})
    return response


async def language(request):
    note(request)
    word = "Hallo" if request.headers.get("Accept-Language", "").startswith("de") else "Hello"
    return web.Response(text=word, headers={"Vary": "Accept-Language, X-Unknown", "Cache-Control": "max-age=60"})


async def change(request):
    global version
    version += 1
    return web.Response(text=str(version))


async def tell(request):
    return web.json_response(asked, headers={"Cache-Control": "no-store"})


async def main():
    app = web.Application()
    app.add_routes([web.get("/page", page), web.get("/language", language), web.post("/version", change), web.get("/asked", tell)])
    app.router.add_static("/static", ".")  # aiohttp's own ETags, of time and size
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print("port", site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
