// The API: node api.mjs. Nobody but its owner may see order 13.
import { createServer } from 'node:http'

createServer((request, response) => {
  const id = request.url.match(/^\/api\/orders\/(\d+)$/)?.[1]
  const send = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }
  if (!id) return send(404, { error: 'no such order' })
  if (id === '13') return send(403, { error: 'not your order' })
  send(200, { customer: 'Ada' })
}).listen(Number(process.env.PORT ?? 3000), '127.0.0.1', function () {
  console.log(`The API listens on 127.0.0.1:${this.address().port}`)
})
