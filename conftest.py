"""Nothing is set up here: fixtures stand beside the tests that use them."""

pytest_plugins = ["pytester"]
