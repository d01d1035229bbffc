"""All that belongs to the people here, in open formats, without secrets; and back.

docs/export.md describes the file. `tables` says what goes along, `pack` writes it, `unpack`
reads it. Nothing in here knows a table by name but those of the libraries: what a model keeps
to itself it says with the fields of `kit.secrets`.
"""
