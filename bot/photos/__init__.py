"""Photos that people send: judged before anybody relies on them, and read for the barcodes in them."""
