"""Mutation operators: what can go wrong with an answer."""
