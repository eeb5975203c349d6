#!/usr/bin/env python3
"""compare.py CANON PRODUCED... [--renamed]: whether produced templates have the same resources as the reference.

PRODUCED is one template, several that together are the whole, or a folder of `*.template.json` / `*.json` files.
With --renamed the logical ids may differ: resources are matched by what they are and by what they refer to and are
referred to from, so a reference to the wrong one of two equal resources is still found.
Exit code 0 when the same, 1 when not.
"""

import argparse
import collections
import hashlib
import json
import pathlib
import re
import sys

# Enough rounds for a resource to feel everything that is connected to it in a unit.
ROUNDS = 6


def resources(paths):
    """The resources of one or more template files, references in one form."""
    found = {}
    for path in paths:
        path = pathlib.Path(path)
        files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        for file in files:
            document = json.loads(file.read_text())
            if not (isinstance(document, dict) and isinstance(document.get("Resources"), dict)):
                continue
            for name, resource in document["Resources"].items():
                # The same id in two stacks is two resources.
                key = name if name not in found else f"{file.stem}/{name}"
                found[key] = (file, name, normal({k: resource[k] for k in ("Type", "Properties") if k in resource}))
    return found


def normal(value):
    """One spelling for what CloudFormation reads alike."""
    if isinstance(value, list):
        return [normal(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((key, inner),) = value.items()
        if key == "Fn::GetAtt" and isinstance(inner, str):
            return {key: inner.split(".", 1)}
        if key == "Fn::Sub" and isinstance(inner, str):
            return {key: re.sub(r"\$\{\s*(\S+?)\s*\}", r"${\1}", inner)}
        if key == "Fn::Join" and inner[0] == "" and all(sub_part(part) is not None for part in inner[1]):
            return {"Fn::Sub": "".join(sub_part(part) for part in inner[1])}
    return {key: normal(inner) for key, inner in value.items()}


def sub_part(part):
    """A part of a join as it stands in `Fn::Sub`, or None."""
    part = normal(part)
    if isinstance(part, str):
        return part
    if isinstance(part, dict) and len(part) == 1:
        if "Ref" in part:
            return "${%s}" % part["Ref"]
        if "Fn::GetAtt" in part:
            return "${%s.%s}" % tuple(part["Fn::GetAtt"])
    return None


def rewrite(value, rename):
    """The value with the ids it refers to put through `rename`."""
    if isinstance(value, list):
        return [rewrite(item, rename) for item in value]
    if not isinstance(value, dict):
        return value
    if list(value) == ["Ref"]:
        return {"Ref": rename(value["Ref"])}
    if list(value) == ["Fn::GetAtt"]:
        target, *rest = value["Fn::GetAtt"]
        return {"Fn::GetAtt": [rename(target), *rest]}
    if list(value) == ["Fn::Sub"] and isinstance(value["Fn::Sub"], str):
        return {"Fn::Sub": re.sub(r"\$\{([A-Za-z0-9]+)", lambda m: "${" + rename(m[1]), value["Fn::Sub"])}
    return {key: rewrite(inner, rename) for key, inner in value.items()}


def digest(value):
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def labels(found):
    """For each resource a label that depends on everything but the names: refined from those of its neighbours."""
    ids = {(file, name): key for key, (file, name, _) in found.items()}
    targets = {}
    for key, (file, _, body) in found.items():
        seen = []
        rewrite(body, lambda name: seen.append(ids.get((file, name))) or name)
        targets[key] = [target for target in seen if target is not None]
    label = {key: "" for key in found}
    for _ in range(ROUNDS):
        incoming = collections.defaultdict(list)
        for key, (_, _, _) in found.items():
            for target in targets[key]:
                incoming[target].append(label[key])
        label = {
            key: digest(
                [
                    rewrite(body, lambda name: label.get(ids.get((file, name)), name)),
                    sorted(incoming[key]),
                ]
            )
            for key, (file, _, body) in found.items()
        }
    return label


def compare(canon, produced, renamed):
    """None when the same, else a few lines that say how they differ."""
    want, have = resources([canon]), resources(produced)
    if renamed:
        want_labels, have_labels = labels(want), labels(have)
        missing = collections.Counter(want_labels.values()) - collections.Counter(have_labels.values())
        if not missing and len(want) == len(have):
            return None
        lost = [key for key, label in want_labels.items() if label in missing][:3]
        return f"{len(want)} resources wanted, {len(have)} produced, {sum(missing.values())} not matched, as {lost}"
    wanted = {key: body for key, (_, _, body) in want.items()}
    got = {key: body for key, (_, _, body) in have.items()}
    if wanted == got:
        return None
    lines = [f"{len(wanted)} resources wanted, {len(got)} produced"]
    for key in list(wanted) + [key for key in got if key not in wanted]:
        if wanted.get(key) != got.get(key):
            lines += [f"first difference at {key}", f"  wanted   {json.dumps(wanted.get(key))}", f"  produced {json.dumps(got.get(key))}"]
            break
    return "\n".join(lines)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("canon")
    arguments.add_argument("produced", nargs="+")
    arguments.add_argument("--renamed", action="store_true")
    options = arguments.parse_args()
    difference = compare(options.canon, options.produced, options.renamed)
    print(difference or "same")
    sys.exit(difference is not None)


if __name__ == "__main__":
    main()
