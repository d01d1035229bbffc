// Preloaded (node --require): every server in this process listens on 127.0.0.1 only.
// The servers call listen(port) without a host, which would open all interfaces.
const net = require('node:net')
const listen = net.Server.prototype.listen

net.Server.prototype.listen = function (...args) {
  const [first, second] = args
  const isOptions = first && typeof first === 'object'
  if (isOptions && first.path === undefined && first.fd === undefined && !first.host) {
    args[0] = { ...first, host: '127.0.0.1' }
  } else if (/^\d+$/.test(String(first)) && typeof second !== 'string') {
    args.splice(1, 0, '127.0.0.1')
  } else if (first === undefined || first === null || typeof first === 'function') {
    args = [{ port: 0, host: '127.0.0.1' }, ...args.filter((a) => typeof a === 'function')]
  }
  return listen.apply(this, args)
}
