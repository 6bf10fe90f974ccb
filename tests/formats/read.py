"""Reads the reports in a folder with the libraries that their consumers use; see `validate`."""

import csv
import json
import logging
import os
import re
import sys
from pathlib import Path

import junitparser
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from google.protobuf import json_format
from in_toto_attestation.v1.statement import Statement
from in_toto_attestation.v1 import statement_pb2
from jsonschema import Draft7Validator
from trestle.oscal.assessment_results import Model as AssessmentResults
from trestle.oscal.poam import Model as Poam

logging.disable(logging.WARNING)


def junit(text):
    suites = junitparser.JUnitXml.fromstring(text.encode())
    cases = [case for suite in suites for case in suite]
    failed = [case for case in cases if any(isinstance(one, junitparser.Failure) for one in case.result)]
    if (suites.tests, suites.failures) != (len(cases), len(failed)):
        raise ValueError("the counts are wrong")
    return f"{len(cases)} cases, {len(failed)} failed"


def gitlab(text):
    document = json.loads(text)
    schemas = [Path(__file__).with_name("gitlab.json"), *filter(None, [os.environ.get("GITLAB_SCHEMA")])]
    for schema in schemas:
        Draft7Validator(json.loads(Path(schema).read_text())).validate(document)
    return f"{len(document['vulnerabilities'])} vulnerabilities, {len(schemas)} schemas"


def cyclonedx(text):
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if error is not None:
        raise ValueError(repr(error)[:300])
    return f"{len(json.loads(text)['components'])} components"


def oscal_results(text):
    result = AssessmentResults.model_validate_json(text).assessment_results.results[0]
    return f"{len(result.observations or [])} observations, {len(result.risks or [])} risks, {len(result.findings)} findings"


def oscal_poam(text):
    return f"{len(Poam.model_validate_json(text).plan_of_action_and_milestones.poam_items)} items"


def statement(text):
    message = json_format.Parse(text, statement_pb2.Statement())
    Statement.copy_from_pb(message).validate()
    return message.predicate_type


def markdown(text):
    if len(text) > 65_536 or re.search(r"<(?!/?br)[a-z]", re.sub(r"`[^`]*`", "", text)):
        raise ValueError("too long, or HTML in it")
    return f"{len(text)} characters"


def table(text):
    rows = list(csv.reader(text.splitlines(keepends=True), strict=True))
    if any(len(row) != len(rows[0]) or any(cell[:1] in "=+-@" and cell for cell in row) for row in rows):
        raise ValueError("ragged, or with a formula")
    return f"{len(rows) - 1} rows"


READERS = {
    "markdown": markdown,
    "junit": junit,
    "gitlab": gitlab,
    "credentials-csv": table,
    "findings-csv": table,
    "cyclonedx": cyclonedx,
    "oscal-results": oscal_results,
    "oscal-poam": oscal_poam,
    "in-toto-svr": statement,
    "in-toto-readiness": statement,
}

# What makes a good report of a format a bad one.
BREAK = {
    "junit": lambda text: text.replace('tests="', 'tests="9', 1),
    "gitlab": lambda text: text.replace('"start_time": "2', '"start_time": "', 1),
    "cyclonedx": lambda text: text.replace("CycloneDX", "Cyclone"),
    "oscal-results": lambda text: text.replace('"state": "', '"state": "un'),
    "oscal-poam": lambda text: text.replace('"title":', '"titel":'),
    "in-toto-svr": lambda text: text.replace("Statement/v1", "Statement/v9"),
    "in-toto-readiness": lambda text: text.replace('"digest"', '"digset"', 1),
    "credentials-csv": lambda text: text.replace("id,", "=id,", 1),
}


def main():
    target, folder = sys.argv[1], Path(sys.argv[2])
    wrong = 0
    for name, read in READERS.items():
        if not (folder / name).exists():
            continue
        text = (folder / name).read_bytes().decode()
        try:
            print(f"{target}: {name}: {read(text)}")
        except Exception as error:  # every reader has its own errors
            wrong += 1
            print(f"{target}: {name}: REFUSED: {str(error)[:400]}")
        if name in BREAK:
            try:
                read(BREAK[name](text))
            except Exception:
                continue
            wrong += 1
            print(f"{target}: {name}: a broken file was accepted")
    sys.exit(wrong > 0)


main()
