"""The mock of Social-ID NOW."""
