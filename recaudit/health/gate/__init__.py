"""The gate: what it accepts, the full judgement of ``recaudit.health.conform`` would call conformant. What it does not
accept is undecided, and judged in full.

It is a JSON Schema (draft 2020-12) per resource type, derived from the models of fhir.resources and run over the parsed
resource. Every choice in it is as strict as the full judgement, or stricter.
"""
