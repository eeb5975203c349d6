"""Asks parliament, a linter of IAM policies, what it thinks of documents.

One document each line in; one line of JSON out for each: a list of findings, `ISSUE: detail`.
"""

import json
import sys

from parliament import analyze_policy_string


def findings(document):
    policy = json.loads(document)
    for statement in policy["Statement"]:
        # What a trust policy is about is the role it stands at. The linter knows policies with resources only.
        if str(statement.get("Action", "")).startswith("sts:") and "Principal" in statement:
            statement.setdefault("Resource", "arn:aws:iam::111122223333:role/itself")
    found = analyze_policy_string(json.dumps(policy)).findings
    # The detail of some is a structure.
    return sorted(f"{one.issue}: {one.detail if isinstance(one.detail, str) else json.dumps(one.detail)}" for one in found)


for line in sys.stdin:
    print(json.dumps(findings(line)))
