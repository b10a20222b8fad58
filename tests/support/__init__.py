"""The real parts that tests run on: databases, mail server, browser, clock, processes."""
