"""``/dew/v1``: what DigitalOcean's API has no word for. Same tokens, same errors, one file per noun."""
