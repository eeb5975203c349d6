"""Runs one CloudFormation validator over many templates in one process.

    validators.py TOOL [--region REGION] < manifest > findings

`manifest` is one JSON object a line, {"name": ..., "template": <the template's text>}; `findings` is one JSON
object a line, {"template", "tool", "rule", "level", "path", "message"}, in the order of the manifest, then one
{"done": <count>} line, so that a run that was cut short can be told from a run without findings.
`level` is "error", "warning" or "info", whatever the tool itself calls it.

It must not decide what is acceptable: it reports, and the crate `ci-tests` judges.
"""

import argparse
import datetime
import json
import multiprocessing
import os
import sys

# Both tools compare the end of life of a Lambda runtime with today. Results that change with the date would break
# tests that nobody touched, so the clock stands still where it can be stopped (cfn-lint), and these rules are left
# out where it cannot. Move the date together with the versions in requirements.txt.
TODAY = datetime.datetime(2026, 11, 1)
CLOCK_RULES = {"E2531", "E2533", "W2531"}

# With fewer templates than this, starting workers costs more than it saves.
WORTH_FORKING = 24


def cfn_lint(region):
    """cfn-lint: schemas, references and AWS's documented rules; errors, warnings, no informational rules."""
    from cfnlint.api import lint
    from cfnlint.core import get_rules
    from cfnlint.config import ManualArgs
    from cfnlint.rules.resources.lmbd import (
        DeprecatedRuntimeCreate,
        DeprecatedRuntimeEol,
        DeprecatedRuntimeUpdate,
    )

    class Still(datetime.datetime):
        @classmethod
        def today(cls):
            return TODAY

    for module in (DeprecatedRuntimeCreate, DeprecatedRuntimeEol, DeprecatedRuntimeUpdate):
        module.datetime = Still

    # Loaded once: building the rules takes longer than checking a template.
    rules = get_rules([], [], [], {}, False)

    def check(name, text):
        for match in lint(text, rules=rules, config=ManualArgs(regions=[region])):
            yield {
                "rule": match.rule.id,
                "level": {"E": "error", "W": "warning"}.get(match.rule.id[0], "info"),
                "path": "/".join(str(part) for part in getattr(match, "path", None) or []),
                "message": match.message,
            }

    return check


def cloudformation_validate(region):
    """AWS's own offline validator, with all its built-in rules."""
    import cloudformation_validate as validator

    engine = validator.CompositeEngine()
    levels = {"FATAL": "error", "ERROR": "error", "WARN": "warning"}
    config = validator.ValidateConfig(
        pseudo_parameter_overrides=validator.PseudoParameterOverrides(region=region)
    )

    def check(name, text):
        content = validator.TemplateContent(text, name)
        try:
            report = engine.validate_template(content, config)
        except validator.ValidationError as error:
            yield {"rule": "UNREADABLE", "level": "error", "path": "", "message": str(error)}
            return
        for found in report.diagnostics:
            if found.rule_id in CLOCK_RULES:
                continue
            path = (found.property_path or "").replace(".", "/")
            # The path of a resource's property starts below the resource; all others start at the top.
            if found.entity and found.entity.entity_type.name == "RESOURCE":
                path = f"Resources/{found.entity.logical_id}/{path}".rstrip("/")
            yield {
                "rule": found.rule_id,
                "level": levels.get(found.severity.name, "info"),
                "path": path,
                "message": found.message,
            }

    return check


TOOLS = {"cfn-lint": cfn_lint, "cloudformation-validate": cloudformation_validate}

# The chosen tool's check, made before any worker is forked so that all share the rules it loaded.
CHECK = None


def findings(entry):
    return [{"template": entry["name"], **found} for found in CHECK(entry["name"], entry["template"])]


def main():
    global CHECK
    arguments = argparse.ArgumentParser()
    arguments.add_argument("tool", choices=sorted(TOOLS))
    arguments.add_argument("--region", default="us-east-1")
    options = arguments.parse_args()

    CHECK = TOOLS[options.tool](options.region)
    entries = [json.loads(line) for line in sys.stdin]
    workers = os.cpu_count() or 1
    # Only cfn-lint is slow enough; and a native library with threads of its own must not be forked.
    if options.tool == "cfn-lint" and workers > 1 and len(entries) >= WORTH_FORKING and hasattr(os, "fork"):
        with multiprocessing.get_context("fork").Pool(workers) as pool:
            results = pool.map(findings, entries, chunksize=8)
    else:
        results = map(findings, entries)
    for result in results:
        for found in result:
            print(json.dumps({"tool": options.tool, **found}))
    print(json.dumps({"done": len(entries)}))


if __name__ == "__main__":
    main()
