"""Requests generated from the specs by Schemathesis and Hypothesis."""
