// A whole small network in one process: the directory of accounts (PLC), the server that holds
// them (PDS), and the view of all posts (AppView with its bsync). Everything is read from the
// environment: PLC_PORT, PDS_PORT, BSKY_PORT, DB_POSTGRES_URL. Prints one line of JSON when ready.
// Runs in the folder that holds node_modules.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const here = createRequire(process.cwd() + '/package.json')
const { TestPlc, TestPds, TestBsync, TestBsky, mockNetworkUtilities } = await import(
  pathToFileURL(here.resolve('@atproto/dev-env')).href
)

const { PLC_PORT, PDS_PORT, BSKY_PORT, DB_POSTGRES_URL } = process.env
const bsyncKey = 'bsync-key'

const plc = await TestPlc.create({ port: Number(PLC_PORT) })
const bsync = await TestBsync.create({
  apiKeys: [bsyncKey],
  dbUrl: DB_POSTGRES_URL,
  dbSchema: 'bsync',
})
const bsky = await TestBsky.create({
  port: Number(BSKY_PORT),
  publicUrl: `http://localhost:${BSKY_PORT}`,
  plcUrl: plc.url,
  pdsPort: Number(PDS_PORT),
  repoProvider: `ws://localhost:${PDS_PORT}`,
  bsyncUrl: bsync.url,
  bsyncApiKey: bsyncKey,
  dbPostgresUrl: DB_POSTGRES_URL,
  dbPostgresSchema: 'appview',
})
bsync.ctx.dataplaneClients = [bsky.ctx.dataplane]
const pds = await TestPds.create({
  port: Number(PDS_PORT),
  hostname: 'localhost',
  didPlcUrl: plc.url,
  bskyAppViewUrl: bsky.url,
  bskyAppViewDid: bsky.ctx.cfg.serverDid,
})
mockNetworkUtilities(pds, bsky)
console.log(JSON.stringify({ ready: true, pds: pds.url, node: process.version }))

const stop = async () => {
  for (const server of [pds, bsky, bsync, plc]) await server.close().catch(() => {})
  process.exit(0)
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
