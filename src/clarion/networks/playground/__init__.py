"""A practice social network: a server with people who are not real, and the adapter for it.

`network` is the adapter, as light as any other. Everything else is the server, which runs as a
process of its own (`python -m clarion.networks.playground`) and which no other door imports.
"""
