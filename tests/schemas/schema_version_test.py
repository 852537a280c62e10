"""Holds schemas/body.schema.json to its versions: what bodies may hold does not change without a
new version.

Usage: schema_version_test.py SCHEMAS_FOLDER
"""

import copy
import hashlib
import json
import pathlib
import sys
import unittest

import jsonschema

SCHEMAS = pathlib.Path(sys.argv.pop(1))
PROSE = ("title", "description", "$comment")
PHASES = ("pre", "post", "failure", "periodic", "system")


def schema():
    return json.loads((SCHEMAS / "body.schema.json").read_text(encoding="utf-8"))


def meaning(value, is_keyword=True):
    """The schema without prose; names of properties are no keywords."""
    if isinstance(value, list):
        return [meaning(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    return {key: meaning(inner, not is_keyword or key not in ("properties", "$defs"))
            for key, inner in value.items() if not (is_keyword and key in PROSE)}


def digest(document):
    plain = json.dumps(meaning(document), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def released():
    """Digest by version, a line each; lines are added and never changed."""
    lines = (SCHEMAS / "body.schema.versions").read_text().splitlines()
    pairs = [line.split() for line in lines if line and not line.startswith("#")]
    return {int(version): found for version, found in pairs}


def fault(document, versions):
    """What is wrong with the versions; empty: nothing."""
    version = document["version"]
    if version != max(versions):
        return f"version {version} is not the newest of body.schema.versions"
    if digest(document) != versions[version]:
        return (f"body.schema.json is not version {version} any more: raise `version`, the "
                f"constants of `schema` and kBodySchemaVersion, and add to body.schema.versions "
                f"the line: {version + 1} and what this test says then")
    return ""


class SchemaVersionTest(unittest.TestCase):
    def test_it_is_the_version_that_it_says(self):
        self.assertEqual(fault(schema(), released()), "", "digest " + digest(schema()))

    def test_a_change_without_a_version_is_seen(self):
        definitions = schema()["$defs"]
        for name in definitions:
            changed = schema()
            changed["$defs"][name]["minProperties"] = 7
            self.assertIn("raise `version`", fault(changed, released()), name)
        changed = schema()
        del changed["$defs"]["failure"]["properties"]["error"]
        self.assertIn("raise `version`", fault(changed, released()))

    def test_a_change_with_a_version_is_taken(self):
        changed = schema()
        changed["$defs"]["pre"]["properties"]["later"] = {"type": "string"}
        changed["version"] += 1
        self.assertIn("not the newest", fault(changed, released()))
        self.assertEqual(fault(changed, {**released(), changed["version"]: digest(changed)}), "")

    def test_prose_may_change(self):
        changed = copy.deepcopy(schema())
        changed["$defs"]["pre"]["description"] = "Other words."
        self.assertEqual(fault(changed, released()), "")
        changed["$defs"]["error"]["properties"]["description"] = {"type": "string"}
        self.assertNotEqual(fault(changed, released()), "", "a property of that name is no prose")

    def test_it_is_a_schema_of_2020_12_and_its_constants_are_its_version(self):
        document = schema()
        self.assertIn("2020-12", document["$schema"])
        jsonschema.Draft202012Validator.check_schema(document)
        for phase in PHASES:
            version = document["$defs"][phase]["properties"]["schema"]
            self.assertEqual(version, {"const": document["version"]}, phase)
            self.assertIn("schema", document["$defs"][phase]["required"])


if __name__ == "__main__":
    unittest.main()
