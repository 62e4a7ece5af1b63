"""Who should go: pure computation. Dataclasses in, dataclasses out; no database, no web, no texts.

Importing this package, `solver.search`, `solver.check` or the dataclasses costs next to nothing: numpy and OR-Tools
(150 MB with pandas) are loaded by the first `solve`.
"""
