// The application: one page for each path, all of them drawn here.
const app = document.getElementById('app')

async function draw() {
  const order = location.pathname.match(/^\/orders\/(\d+)$/)
  if (!order) {
    app.textContent = 'All orders'
    return
  }
  const answer = await fetch('/api/orders/' + order[1])
  const type = answer.headers.get('content-type') ?? ''
  if (!answer.ok || !type.startsWith('application/json')) { // see "What the rule does to the API"
    app.textContent = `The API answered ${answer.status} ${type}`
    return
  }
  const { customer } = await answer.json()
  app.textContent = `Order ${order[1]} of ${customer}`
}

draw()
