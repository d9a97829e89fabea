"""Set-up, start and test of the product: standard library only, so that it runs before anything is installed."""
