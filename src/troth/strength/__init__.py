"""Mutation testing of contracts: answers that keep every promise are changed, and the judge has to notice."""
