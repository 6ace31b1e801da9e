# A WebSocket client of another make, the websockets library: client.py URL [CA].
import asyncio, ssl, sys
import websockets


async def main():
    context = None
    if len(sys.argv) > 2:
        context = ssl.create_default_context(cafile=sys.argv[2])
    async with websockets.connect(sys.argv[1], ssl=context, subprotocols=["chat"]) as socket:
        print("protocol", socket.subprotocol, "extensions", [e.name for e in socket.extensions])
        for text in ["one", "two " * 10000, "zwei \u00fc"]:
            await socket.send(text)
            assert await socket.recv() == "echo: " + text
        data = bytes(range(256)) * 1000
        await socket.send(data)
        assert await socket.recv() == data
        await (await socket.ping())
        await socket.send("leave")
        try:
            await socket.recv()
        except websockets.ConnectionClosed as closed:
            print("closed", closed.rcvd.code, closed.rcvd.reason)


asyncio.run(main())
