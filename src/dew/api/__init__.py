"""DigitalOcean's HTTP dialect, and what Dew says beyond it.

Under ``/v2`` everything is as DigitalOcean's API v2 has it, so that the clients people already have work
unchanged; one file per noun. Under ``/dew/v1`` (own/) is what DigitalOcean has no word for: progress, events,
passwords shown once, tokens. A request passes door.py (request id, Host), guard.py (token, limits, errors),
then its noun's file, which reads the database or hands a Request to the engine. wire/ alone knows how a
model looks in JSON. operation.py is what each route says of itself, and describe.py makes OpenAPI of it.
"""
