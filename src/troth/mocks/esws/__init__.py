"""The mock of ESWS."""
