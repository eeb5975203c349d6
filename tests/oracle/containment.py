"""Asks Z3 whether policies contain each other, many pairs in one process.

    containment.py < pairs > answers

A pair is one JSON object a line, {"outer": [...], "inner": [...]}; a statement is {"allow": bool, "actions": language,
"resources": language, "conditions": [[operator, key, [value...]]...]}; a language is {"patterns": [...], "all_but": bool}.
Patterns have `*` and `?` and nothing else. `answers` is one line for each: "yes", "no" or "unknown".

The encoding is written from IAM's manual and shares nothing with the crate that it is compared with: actions, resources
and the values of keys are strings of the solver, patterns are its regular expressions, a key is present or not.
"""

import json
import multiprocessing
import os
import re
import sys

import z3

SECONDS = 5


def expression(pattern, ignore_case):
    """A pattern as a regular expression of the solver."""
    any_char = z3.AllChar(z3.ReSort(z3.StringSort()))
    parts = []
    for piece in re.findall(r"[*?]|[^*?]+", pattern):
        if piece == "*":
            parts.append(z3.Star(any_char))
        elif piece == "?":
            parts.append(any_char)
        elif ignore_case:
            parts += [z3.Union(z3.Re(char.lower()), z3.Re(char.upper())) for char in piece]
        else:
            parts.append(z3.Re(piece))
    return z3.Concat(*parts) if len(parts) > 1 else parts[0]


def one_of(text, patterns, ignore_case=False):
    return z3.Or([z3.InRe(text, expression(pattern, ignore_case)) for pattern in patterns])


def in_language(text, language):
    inside = one_of(text, language["patterns"])
    return z3.Not(inside) if language["all_but"] else inside


class Request:
    """A request of which nothing is known."""

    def __init__(self):
        self.action = z3.String("action")
        self.resource = z3.String("resource")
        self.keys = {}

    def key(self, name):
        if name not in self.keys:
            self.keys[name] = (z3.Bool(f"has {name}"), z3.String(name), z3.Real(f"number {name}"))
        return self.keys[name]

    def holds(self, operator, key, values):
        present, text, number = self.key(key)
        if_exists = operator.endswith("IfExists")
        operator = operator.removesuffix("IfExists")
        if operator == "Null":
            return z3.Or([z3.Not(present) if value == "true" else present for value in values])
        negated = "Not" in operator
        if operator.startswith("Numeric"):
            compare = {
                "NumericEquals": lambda value: number == value,
                "NumericNotEquals": lambda value: number == value,
                "NumericLessThan": lambda value: number < value,
                "NumericLessThanEquals": lambda value: number <= value,
                "NumericGreaterThan": lambda value: number > value,
                "NumericGreaterThanEquals": lambda value: number >= value,
            }[operator]
            fits = z3.Or([compare(z3.RealVal(value)) for value in values])
        elif operator in ("StringLike", "StringNotLike"):
            fits = one_of(text, values)
        elif "IgnoreCase" in operator:
            fits = one_of(text, values, ignore_case=True)
        else:
            fits = z3.Or([text == z3.StringVal(value) for value in values])
        if negated:
            return z3.Or(z3.Not(present), z3.Not(fits))
        if if_exists:
            return z3.Or(z3.Not(present), fits)
        return z3.And(present, fits)

    def applies(self, statement):
        return z3.And(
            in_language(self.action, statement["actions"]),
            in_language(self.resource, statement["resources"]),
            *[self.holds(*condition) for condition in statement["conditions"]],
        )

    def allowed(self, statements):
        some = lambda allow: z3.Or(
            [self.applies(statement) for statement in statements if statement["allow"] == allow]
        )
        return z3.And(some(True), z3.Not(some(False)))


def answer(line):
    pair = json.loads(line)
    for statement in pair["outer"] + pair["inner"]:
        # Actions are the same in any case, so those in lower case are enough.
        patterns = statement["actions"]["patterns"]
        patterns[:] = [pattern.lower() for pattern in patterns]
    request = Request()
    solver = z3.Solver()
    solver.set("timeout", SECONDS * 1000)
    solver.add(request.allowed(pair["inner"]), z3.Not(request.allowed(pair["outer"])))
    return {"sat": "no", "unsat": "yes"}.get(str(solver.check()), "unknown")


if __name__ == "__main__":
    with multiprocessing.Pool(os.cpu_count()) as pool:
        print("\n".join(pool.map(answer, sys.stdin.readlines(), chunksize=4)))
