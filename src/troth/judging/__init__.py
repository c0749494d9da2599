"""Whether an exchange is as promised: conformance, decision tables, clauses. Pure: same exchange, same judgement."""
