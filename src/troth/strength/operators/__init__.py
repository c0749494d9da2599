"""Mutation operators, in a table for each kind of answer."""
